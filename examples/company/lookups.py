"""The people, groups, apps and services of the company, by their names."""

import pulumi_c1policy as c1

head_of_security = c1.find_user(email="grace@example.com")

okta = c1.find_app(name="Okta")
security_team = c1.find_group(app=okta, name="Security")
on_call = c1.find_group(app=okta, name="On call")

billing = c1.find_app(name="Billing")
billing_admins = c1.find_entitlement(app=billing, alias="billing-admin")
billing_reports = c1.find_entitlement(app=billing, name="Read reports")

risk_score = c1.find_webhook(name="Risk score")
okta_verify = c1.find_step_up_provider(name="Okta Verify")
