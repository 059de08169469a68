"""Mistakes in the dicts of a policy. Each is reported at its line."""

import pulumi

from pulumi_c1policy.inputs import (
    AgentApprovalArgsDict,
    AppGroupApprovalArgsDict,
    ApprovalArgsDict,
    Duration,
    PolicyStepArgsDict,
    ProvisionArgsDict,
    RuleArgsDict,
    StringRulesArgsDict,
    UserApprovalArgsDict,
    WaitArgsDict,
    WaitDurationArgsDict,
    WaitUntilTimeArgsDict,
    WebhookApprovalArgsDict,
)

misspelt: PolicyStepArgsDict = {"aproval": {"manager": {}}}  # E: aproval
camel_case: RuleArgsDict = {"condition": "true", "stepKey": "x"}  # E: stepKey
as_terraform_says: ApprovalArgsDict = {"manager_approval": {}}  # E: manager_approval
without_condition: RuleArgsDict = {"step_key": "x"}  # E: condition
without_webhook: WebhookApprovalArgsDict = {}  # E: webhook_id
without_group: AppGroupApprovalArgsDict = {"app_id": "app-1"}  # E: app_group_id
without_users: UserApprovalArgsDict = {"allow_self_approval": True}  # E: user_ids
set_by_the_tenant: ApprovalArgsDict = {"self": {}, "assigned": True}  # E: assigned
no_such_mode: AgentApprovalArgsDict = {"agent_mode": "FULL_CONTROL"}  # E: FULL_CONTROL
text_for_bool: ApprovalArgsDict = {"allow_delegation": "yes"}  # E: bool
number_for_text: WebhookApprovalArgsDict = {"webhook_id": 5}  # E: str
text_for_hour: WaitUntilTimeArgsDict = {"hours": "nine"}  # E: int
number_for_id: UserApprovalArgsDict = {"user_ids": [1]}  # E: str
one_id_for_many: WaitDurationArgsDict = {"duration": ["4h"]}  # E: timedelta
list_for_dict: WaitArgsDict = {"duration": [{"duration": "4h"}]}  # E: WaitDurationArgsDict
deep: ProvisionArgsDict = {"provision_policy": {"conector": {}}}  # E: ProvisionPolicyArgsDict
keyword_key: StringRulesArgsDict = {"in": 5}  # E: Sequence
nothing: Duration = None  # E: None


def program(number: pulumi.Output[int]) -> WebhookApprovalArgsDict:
    return {"webhook_id": number}  # E: Output[int]
