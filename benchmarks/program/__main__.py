"""The Pulumi program of the benchmarks: policies of this package or of the empty provider."""

import os

from benchmarks import shapes

make = shapes.MAKERS[os.environ["BENCHMARK_SHAPE"]]  # type: ignore[index]
changed = os.environ.get("BENCHMARK_CHANGED")

for number in range(int(os.environ["BENCHMARK_POLICIES"])):
    inputs = make(number)
    if inputs["display_name"] == changed:
        inputs["description"] = "As the program has it now."
    if os.environ["BENCHMARK_PROVIDER"] == "floor":
        from benchmarks.empty_provider import Floor

        Floor(f"access-{number:05}", inputs)
    else:
        from pulumi_c1policy import Policy

        Policy(f"access-{number:05}", **inputs)
