"""The shared words of Mercer: records, tables, models, metrics, capabilities, operations, errors."""
