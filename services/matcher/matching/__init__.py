"""From a request to its matches: subjects, the ranking policy, and the pipeline."""
