"""Pictures of policies: their rules, steps, approvers and hand-overs.

- The picture as data: `picture`, built by `policy_pictures` (with the text of `step_lines`).
- The difference of two pictures: `picture_changes`.
- Text of a picture: `mermaid`, `outline`.
- Drawings: `placement` (the layout; needs the extra `graph`), `svg`.
- Pages: `html_page` and `comparison_page`, made of `page_parts`.

It knows no engine, no HTTP and no terminal. It may import `_simulate`, `_model`, `_text`,
`_extras` and `errors` only.
"""
