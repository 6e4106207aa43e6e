"""图表: answers of the schema as charts."""
