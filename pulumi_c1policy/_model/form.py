"""The form step: a form that a person fills in before the request goes on."""

from __future__ import annotations

from pulumi_c1policy._model import form_fields
from pulumi_c1policy._model.schema import Field, Message, Scalar

_INPUT_TRANSFORMATION_CEL = Field(
    name="input_transformation_cel",
    type=Scalar.STRING,
    cel="form",
    doc="A CEL expression that computes the field's value from the other answers. Default: none.",
)

_DEFAULT_VALUE_CEL = Field(
    name="default_value_cel",
    type=Scalar.STRING,
    cel="form",
    doc="A CEL expression for the field's initial value. Default: none.",
)

USER_PROVIDER_CONFIG = Message(
    "c1.api.form.v1.UserProviderConfig",
    "The person who fills in the form sets the value.",
    _INPUT_TRANSFORMATION_CEL,
)

ADMIN_PROVIDER_CONFIG = Message(
    "c1.api.form.v1.AdminProviderConfig",
    "The author of the form sets the value.",
    _DEFAULT_VALUE_CEL,
    Field(
        name="show_to_user",
        type=Scalar.BOOL,
        doc="True shows it to the person who fills in the form. Default false.",
    ),
)

SHARED_PROVIDER_CONFIG = Message(
    "c1.api.form.v1.SharedProviderConfig",
    "The author of the form sets a value that the person who fills it in may change.",
    _DEFAULT_VALUE_CEL,
    _INPUT_TRANSFORMATION_CEL,
    Field(
        name="lock_default_values",
        type=Scalar.BOOL,
        doc="True prevents changes of the default values. Default false.",
    ),
)

_KINDS = {
    "string_field": form_fields.STRING_FIELD,
    "bool_field": form_fields.BOOL_FIELD,
    "int64_field": form_fields.INT64_FIELD,
    "file_field": form_fields.FILE_FIELD,
    "oauth2_field": form_fields.OAUTH2_FIELD,
    "string_map_field": form_fields.STRING_MAP_FIELD,
    "string_slice_field": form_fields.STRING_SLICE_FIELD,
}

_PROVIDERS = {
    "user_config": USER_PROVIDER_CONFIG,
    "admin_config": ADMIN_PROVIDER_CONFIG,
    "shared_config": SHARED_PROVIDER_CONFIG,
}

FORM_FIELD = Message(
    "c1.api.form.v1.Field",
    "One field of a form.",
    Field(
        name="name",
        type=Scalar.STRING,
        required=True,
        doc="The field's name in expressions, groups and relationships.",
    ),
    Field(name="display_name", type=Scalar.STRING, doc="The name that people see."),
    Field(name="description", type=Scalar.STRING, doc="The purpose of the field. Default empty."),
    Field(
        name="required",
        type=Scalar.BOOL,
        doc="True requires an answer. Default false.",
    ),
    Field(
        name="read_only",
        type=Scalar.BOOL,
        doc="True shows the field without letting anybody fill it in. Default false.",
    ),
    *(Field(name=name, type=kind, oneof="type", doc=kind.doc) for name, kind in _KINDS.items()),
    *(
        Field(name=name, type=provider, oneof="provider_config", doc=provider.doc)
        for name, provider in _PROVIDERS.items()
    ),
    required_oneofs=["type"],
)

FIELD_GROUP = Message(
    "c1.api.form.v1.FieldGroup",
    "Fields that a form shows together.",
    Field(name="name", type=Scalar.STRING, doc="The group's name."),
    Field(name="display_name", type=Scalar.STRING, doc="The name that people see."),
    Field(name="help_text", type=Scalar.STRING, doc="The explanation for people. Default empty."),
    Field(
        name="fields",
        type=Scalar.STRING,
        shape="list",
        doc="Names of the fields, in the order in which they are shown.",
    ),
    Field(
        name="default",
        type=Scalar.BOOL,
        doc="True for the form's default group. Default false.",
    ),
)

REQUIRED_TOGETHER = Message(
    "c1.api.form.v1.RequiredTogether",
    "All of the fields, or none, must be filled in. Has no fields.",
)

AT_LEAST_ONE = Message(
    "c1.api.form.v1.AtLeastOne", "Requires at least one of the fields. Has no fields."
)

MUTUALLY_EXCLUSIVE = Message(
    "c1.api.form.v1.MutuallyExclusive",
    "Allows at most one of the fields. Has no fields.",
)

DEPENDENT_ON = Message(
    "c1.api.form.v1.DependentOn",
    "The fields depend on other fields.",
    Field(
        name="dependency_field_names",
        type=Scalar.STRING,
        shape="list",
        unordered=True,
        doc="Names of the fields that they depend on; the order has no meaning.",
    ),
)

_RELATIONSHIPS = {
    "required_together": REQUIRED_TOGETHER,
    "at_least_one": AT_LEAST_ONE,
    "mutually_exclusive": MUTUALLY_EXCLUSIVE,
    "dependent_on": DEPENDENT_ON,
}

FIELD_RELATIONSHIP = Message(
    "c1.api.form.v1.FieldRelationship",
    "A relation between fields of a form.",
    Field(
        name="field_names",
        type=Scalar.STRING,
        shape="list",
        unordered=True,
        doc="Names of the fields; the order has no meaning.",
    ),
    *(
        Field(name=name, type=kind, oneof="kind", doc=kind.doc)
        for name, kind in _RELATIONSHIPS.items()
    ),
    required_oneofs=["kind"],
)

FORM = Message(
    "c1.api.form.v1.Form",
    "A form.",
    Field(name="display_name", type=Scalar.STRING, doc="The title that people see."),
    Field(name="description", type=Scalar.STRING, doc="The purpose of the form. Default empty."),
    Field(
        name="fields",
        type=FORM_FIELD,
        shape="list",
        doc="The fields, in the order in which they are shown.",
    ),
    Field(
        name="field_groups",
        type=FIELD_GROUP,
        shape="list",
        doc="Groups of fields, in the order in which they are shown.",
    ),
    Field(
        name="field_relationships",
        type=FIELD_RELATIONSHIP,
        shape="list",
        doc="Relations between the fields.",
    ),
    Field(name="id", type=Scalar.STRING, doc="The form's id."),
)

FORM_STEP = Message(
    "c1.api.policy.v1.Form",
    "A step with a form to fill in.",
    Field(name="form", type=FORM, required=True, doc="The form."),
)
