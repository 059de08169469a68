"""The policy pack: Pulumi runs the team rules in every preview and every update."""

import rules
from pulumi_policy import PolicyPack

from pulumi_c1policy.policy_pack import make_policies

PolicyPack("access-policies", make_policies(rules))
