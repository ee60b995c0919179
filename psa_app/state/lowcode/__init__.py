"""The pages that are drawn from declarations alone: list, detail, form, import, own fields."""
