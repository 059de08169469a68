"""Mistakes in the arguments of a policy. Each is reported at its line."""

from pulumi_c1policy import Policy

Policy("a", display_name="A")  # E: policy_type
Policy("b", policy_type="POLICY_TYPE_GRANT")  # E: display_name
Policy("c", display_name="C", policy_type="grant")  # E: policy_type
Policy("d", display_name="D", policy_type="POLICY_TYPE_UNSPECIFIED")  # E: policy_type
Policy("e", display_name=5, policy_type="POLICY_TYPE_GRANT")  # E: display_name
Policy("f", display_name="F", policy_type="POLICY_TYPE_GRANT", polcy_steps={})  # E: polcy_steps
Policy("g", display_name="G", policy_type="POLICY_TYPE_GRANT", id="policy-1")  # E: id
Policy(
    "h",
    display_name="H",
    policy_type="POLICY_TYPE_GRANT",
    policy_steps={"grant": {"stepz": []}},  # E: PolicyStepsArgsDict
)
Policy(
    "i",
    display_name="I",
    policy_type="POLICY_TYPE_GRANT",
    policy_steps={"grant": {"steps": [{"approve": {"manager": {}}}]}},  # E: PolicyStepsArgsDict
)
Policy(
    "j",
    display_name="J",
    policy_type="POLICY_TYPE_GRANT",
    rules=[{"step_key": "x"}],  # E: RuleArgsDict
)
Policy(
    "k",
    display_name="K",
    policy_type="POLICY_TYPE_GRANT",
    annotations={"team": 5},  # E: int
)
Policy(
    "l",
    display_name="L",
    policy_type="POLICY_TYPE_GRANT",
    scope={"app_id": "a", "slot": "EMERGENCY"},  # E: PolicyScopeArgsDict
)
