"""A form with every kind of field."""
# pyright: strict

import pulumi_c1policy.inputs as c1

fields: list[c1.FormFieldArgsDict] = [
    {
        "name": "reason",
        "required": True,
        "string_field": {
            "text_field": {"multiline": True},
            "rules": {"min_len": 10, "max_len": "500", "in": ["a", "b"], "email": True},
        },
        "user_config": {"input_transformation_cel": "value"},
    },
    {
        "name": "choice",
        "string_field": {
            "select_field": {
                "type": "SELECT_TYPE_RADIO",
                "options": [{"value": "a", "display_name": "A"}],
            }
        },
    },
    {"name": "day", "string_field": {"date_field": {"min_days_from_today": 0}}},
    {"name": "who", "string_field": {"picker_field": {"c1_user_picker": {"user_ids": ["user-1"]}}}},
    {"name": "sure", "bool_field": {"toggle_field": {}, "rules": {"const": True}}},
    {"name": "days", "int64_field": {"default_value": "7", "rules": {"gte": 1, "not_in": [13]}}},
    {"name": "proof", "file_field": {"accepted_file_types": [".pdf"], "max_file_size": 1048576}},
    {"name": "login", "oauth2_field": {"oauth2_field_view": {}}},
    {"name": "tags", "string_map_field": {"default_value": {"team": "security"}}},
]

step: c1.PolicyStepArgsDict = {
    "form": {
        "form": {
            "display_name": "Before we go on",
            "fields": fields,
            "field_groups": [{"name": "all", "fields": ["reason", "choice"], "default": True}],
            "field_relationships": [{"field_names": ["day", "days"], "at_least_one": {}}],
        }
    }
}
