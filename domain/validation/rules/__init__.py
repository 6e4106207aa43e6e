"""校验规则的判断: one predicate each, by families; `domain/validation/catalogue.py` is the list of all rules."""
