"""What any service needs and no domain word: errors, http, database, settings, logging, paging, migrations."""
