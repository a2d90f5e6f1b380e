"""Learning from judged data: signal tables, the search for weights, learned models, held-back gains, drafts."""
