"""The border between Pulumi and the lifecycle: values, configuration, results and failures."""
