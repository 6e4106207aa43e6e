"""打印采集表: answers of the schema as forms on paper."""
