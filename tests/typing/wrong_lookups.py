"""Mistakes in calls of lookups, and results of the wrong kind."""
# pyright: strict

import pulumi_c1policy as c1

webhook = c1.find_webhook(name="Risk score")
group = c1.find_group(app="Okta", name="Security")

c1.find_user(name="Ada")  # E: "name"
c1.find_group(name="Security")  # E: app
c1.find_entitlement(app="Okta")  # E: find_entitlement
c1.find_entitlement(app="Okta", name="Admin", alias="admin")  # E: find_entitlement
c1.find_app(name=c1.find_app(name="Okta"))  # E: FindAppResult
c1.approve.users([webhook])  # E: FindWebhookResult
c1.approve.webhook(group)  # E: FindGroupResult
c1.approve.group(webhook)  # E: group
c1.approve.manager(fallback_groups=[webhook])  # E: FindWebhookResult
group.app_id = "app-1"  # E: app_id
