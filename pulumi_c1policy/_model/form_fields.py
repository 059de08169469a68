"""The kinds of a form's fields, and how each is shown."""

from __future__ import annotations

from pulumi_c1policy._model import enums
from pulumi_c1policy._model.field_rules import (
    BOOL_RULES,
    INT64_RULES,
    REPEATED_RULES,
    STRING_MAP_RULES,
    STRING_RULES,
)
from pulumi_c1policy._model.refs import define_ids
from pulumi_c1policy._model.schema import Field, Message, Scalar

_PLACEHOLDER = Field(
    name="placeholder", type=Scalar.STRING, doc="The text in the empty field. Default: none."
)


def _define_rules(rules: Message) -> Field:
    return Field(name="rules", type=rules, doc="The rules of the value. Default: none.")


def _define_view(name: str, view: Message) -> Field:
    return Field(name=name, type=view, oneof="view", doc=view.doc)


TEXT_FIELD = Message(
    "c1.api.form.v1.TextField",
    "Shown as a text box.",
    Field(name="multiline", type=Scalar.BOOL, doc="True allows several lines. Default false."),
    Field(name="suffix", type=Scalar.STRING, doc="The text after the field. Default: none."),
)

PASSWORD_FIELD = Message(
    "c1.api.form.v1.PasswordField", "Shown as a box that hides what is typed. Has no fields."
)

SELECT_OPTION = Message(
    "c1.api.form.v1.SelectOption",
    "One of the options of a choice.",
    Field(name="value", type=Scalar.STRING, doc="The value of the field if this option is chosen."),
    Field(name="display_name", type=Scalar.STRING, doc="The name that people see."),
    Field(name="description", type=Scalar.STRING, doc="The meaning of the option. Default empty."),
)

SELECT_FIELD = Message(
    "c1.api.form.v1.SelectField",
    "Shown as a choice.",
    Field(
        name="options",
        type=SELECT_OPTION,
        shape="list",
        doc="The options, in the order in which they are shown.",
    ),
    Field(
        name="type",
        type=enums.SELECT_TYPE,
        doc="The display of the options: a drop-down, radio buttons or buttons.",
    ),
)

APP_USER_FILTER = Message(
    "c1.api.form.v1.AppUserFilter",
    "A choice of an app's accounts.",
    Field(name="app_id", type=Scalar.STRING, doc="The app."),
)

APP_RESOURCE_FILTER = Message(
    "c1.api.form.v1.AppResourceFilter",
    "A choice of an app's resources.",
    Field(name="app_id", type=Scalar.STRING, doc="The app."),
    Field(name="resource_type_id", type=Scalar.STRING, doc="The type of resource."),
)

C1_USER_FILTER = Message(
    "c1.api.form.v1.C1UserFilter",
    "A choice of the tenant's users.",
    define_ids("user_ids", "Ids of the only users to choose from; the order has no meaning."),
    define_ids("exclude_user_ids", "Ids of users who are not offered; the order has no meaning."),
    Field(
        name="include_deactivated",
        type=Scalar.BOOL,
        doc="True also offers deactivated users. Default false.",
    ),
)

PICKER_FIELD = Message(
    "c1.api.form.v1.PickerField",
    "Shown as a search for something in the tenant.",
    Field(
        name="app_user_picker",
        type=APP_USER_FILTER,
        oneof="type",
        doc="Pick an account of an app.",
    ),
    Field(
        name="resource_picker",
        type=APP_RESOURCE_FILTER,
        oneof="type",
        doc="Pick a resource of an app.",
    ),
    Field(
        name="c1_user_picker",
        type=C1_USER_FILTER,
        oneof="type",
        doc="Pick a user of the tenant.",
    ),
    required_oneofs=["type"],
)

DATE_FIELD = Message(
    "c1.api.form.v1.DateField",
    "Shown as a date.",
    Field(
        name="default_to_today",
        type=Scalar.BOOL,
        doc="True sets the initial value to today. Default false.",
    ),
    Field(name="min_date", type=Scalar.STRING, doc="The first date that is accepted."),
    Field(name="max_date", type=Scalar.STRING, doc="The last date that is accepted."),
    Field(
        name="min_days_from_today",
        type=Scalar.INT32,
        presence=True,
        doc="The first date that is accepted, in days from today; 0 is today. Default: any.",
    ),
    Field(
        name="max_days_from_today",
        type=Scalar.INT32,
        presence=True,
        doc="The last date that is accepted, in days from today; 0 is today. Default: any.",
    ),
)

STRING_FIELD = Message(
    "c1.api.form.v1.StringField",
    "Holds a text.",
    Field(name="default_value", type=Scalar.STRING, doc="The initial value. Default empty."),
    _PLACEHOLDER,
    _define_rules(STRING_RULES),
    _define_view("text_field", TEXT_FIELD),
    _define_view("password_field", PASSWORD_FIELD),
    _define_view("select_field", SELECT_FIELD),
    _define_view("picker_field", PICKER_FIELD),
    _define_view("date_field", DATE_FIELD),
)

CHECKBOX_FIELD = Message("c1.api.form.v1.CheckboxField", "Shown as a checkbox. Has no fields.")

TOGGLE_FIELD = Message("c1.api.form.v1.ToggleField", "Shown as a switch. Has no fields.")

BOOL_FIELD = Message(
    "c1.api.form.v1.BoolField",
    "Holds a yes or no.",
    Field(name="default_value", type=Scalar.BOOL, doc="The initial value. Default false."),
    _define_rules(BOOL_RULES),
    _define_view("checkbox_field", CHECKBOX_FIELD),
    _define_view("toggle_field", TOGGLE_FIELD),
)

NUMBER_FIELD = Message(
    "c1.api.form.v1.NumberField",
    "Shown as a number.",
    Field(name="min_value", type=Scalar.INT64, doc="The minimum."),
    Field(name="max_value", type=Scalar.INT64, doc="The maximum."),
    Field(name="step", type=Scalar.INT64, doc="The step of its buttons."),
)

INT64_FIELD = Message(
    "c1.api.form.v1.Int64Field",
    "Holds a whole number.",
    Field(
        name="default_value",
        type=Scalar.INT64,
        presence=True,
        doc="The initial value. Default: none, which differs from 0.",
    ),
    _PLACEHOLDER,
    _define_rules(INT64_RULES),
    _define_view("number_field", NUMBER_FIELD),
)

FILE_INPUT_FIELD = Message(
    "c1.api.form.v1.FileInputField", "Shown as a file to choose. Has no fields."
)

FILE_FIELD = Message(
    "c1.api.form.v1.FileField",
    "Holds a file.",
    Field(
        name="accepted_file_types",
        type=Scalar.STRING,
        shape="list",
        unordered=True,
        doc="The accepted types of file; the order has no meaning. Default: any.",
    ),
    Field(
        name="max_file_size",
        type=Scalar.INT64,
        presence=True,
        doc="The maximum size. Default: no limit of its own.",
    ),
    _define_view("file_input_field", FILE_INPUT_FIELD),
)

OAUTH2_FIELD_VIEW = Message(
    "c1.api.form.v1.Oauth2FieldView", "Shown as an OAuth 2 sign-in. Has no fields."
)

OAUTH2_FIELD = Message(
    "c1.api.form.v1.Oauth2Field",
    "Holds an OAuth 2 sign-in.",
    _define_view("oauth2_field_view", OAUTH2_FIELD_VIEW),
)

STRING_MAP_FIELD = Message(
    "c1.api.form.v1.StringMapField",
    "Holds texts by name.",
    Field(
        name="default_value",
        type=Scalar.STRING,
        shape="map",
        doc="The initial value. Default empty.",
    ),
    _define_rules(STRING_MAP_RULES),
)

CHIPS_FIELD = Message("c1.api.form.v1.ChipsField", "Shown as chips, one a text. Has no fields.")

STRING_SLICE_FIELD = Message(
    "c1.api.form.v1.StringSliceField",
    "A list of texts.",
    Field(
        name="default_values",
        type=Scalar.STRING,
        shape="list",
        doc="The initial texts. Default: none.",
    ),
    _PLACEHOLDER,
    _define_rules(REPEATED_RULES),
    _define_view("chips_field", CHIPS_FIELD),
    _define_view("picker_field", PICKER_FIELD),
)
