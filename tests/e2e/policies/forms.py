"""Policies with forms: every kind of form field, with its rules and its layout."""

from __future__ import annotations

from typing import Any


def _field(name: str, **kind: Any) -> dict[str, Any]:
    return {"name": name, **kind}


def _asking(name: str, **form: Any) -> dict[str, Any]:
    return {
        "display_name": name,
        "policy_type": "POLICY_TYPE_GRANT",
        "policy_steps": {"grant": {"steps": [{"form": {"form": form}}, {"accept": {}}]}},
    }


_RULES = {
    "min_len": 3,
    "max_len": "64",
    "pattern": "^[a-z]+$",
    "in": ["prod", "dev"],
    "not_in": ["root"],
    "ignore_empty": True,
}

POLICIES: dict[str, Any] = {
    "asks-for-texts": _asking(
        "Asks for texts",
        display_name="Why?",
        description="So that the approver knows.",
        fields=[
            _field(
                "reason",
                display_name="Reason",
                description="In a sentence.",
                required=True,
                string_field={"placeholder": "because", "text_field": {"multiline": True}},
                user_config={"input_transformation_cel": '"text"'},
            ),
            _field("where", string_field={"rules": _RULES, "text_field": {"suffix": ".example"}}),
            _field("mail", string_field={"rules": {"email": True, "len_bytes": 12}}),
            _field(
                "header",
                string_field={
                    "default_value": "x-request-id",
                    "rules": {"well_known_regex": "HTTP_HEADER_NAME", "strict": True},
                    "password_field": {},
                },
            ),
            _field(
                "until",
                string_field={"date_field": {"default_to_today": True, "min_days_from_today": 0}},
            ),
            _field(
                "level",
                string_field={
                    "select_field": {
                        "type": "SELECT_TYPE_RADIO",
                        "options": [
                            {"value": "ro", "display_name": "Read", "description": "Only."},
                            {"value": "rw", "display_name": "Write"},
                        ],
                    }
                },
            ),
        ],
        field_groups=[
            {
                "name": "why",
                "display_name": "Why",
                "help_text": "All of it.",
                "fields": ["reason", "where"],
                "default": True,
            }
        ],
        field_relationships=[
            {"field_names": ["reason", "where"], "required_together": {}},
            {"field_names": ["mail", "header"], "at_least_one": {}},
            {"field_names": ["until", "level"], "mutually_exclusive": {}},
            {"field_names": ["level"], "dependent_on": {"dependency_field_names": ["where"]}},
        ],
    ),
    "asks-for-other-things": _asking(
        "Asks for other things",
        fields=[
            _field(
                "agreed",
                bool_field={"default_value": False, "rules": {"const": True}, "checkbox_field": {}},
                admin_config={"default_value_cel": '"text"', "show_to_user": True},
            ),
            _field("urgent", read_only=True, bool_field={"toggle_field": {}}),
            _field(
                "hours",
                int64_field={
                    "default_value": 0,
                    "rules": {"gte": 1, "lte": "24", "in": [8, 4, "16"]},
                    "number_field": {"min_value": 1, "max_value": 24, "step": 1},
                },
                shared_config={"lock_default_values": True},
            ),
            _field(
                "paper",
                file_field={
                    "accepted_file_types": [".pdf", ".docx"],
                    "max_file_size": 1048576,
                    "file_input_field": {},
                },
            ),
            _field("sign-in", oauth2_field={"oauth2_field_view": {}}),
            _field(
                "labels",
                string_map_field={
                    "default_value": {"camelCase": "1", "snake_case": "2"},
                    "rules": {"is_required": True},
                },
            ),
            _field(
                "tags",
                string_slice_field={
                    "default_values": ["b", "a"],
                    "rules": {
                        "min_items": 1,
                        "unique": True,
                        "items": {"string": {"min_len": "1"}},
                    },
                    "chips_field": {},
                },
            ),
            _field(
                "people",
                string_slice_field={
                    "picker_field": {"c1_user_picker": {"include_deactivated": True}}
                },
            ),
            _field("account", string_field={"picker_field": {"app_user_picker": {"app_id": "a"}}}),
            _field(
                "resource",
                string_field={
                    "picker_field": {"resource_picker": {"app_id": "a", "resource_type_id": "r"}}
                },
            ),
            _field(
                "deputy",
                string_field={
                    "picker_field": {
                        "c1_user_picker": {
                            "user_ids": ["user-2", "user-1"],
                            "exclude_user_ids": ["user-4", "user-3"],
                            "include_deactivated": True,
                        }
                    }
                },
            ),
        ],
    ),
}
