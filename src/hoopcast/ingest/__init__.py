"""Files to rows of the raw tables: found, recognised, read, checked, named, merged; what breaks a rule is set aside."""
