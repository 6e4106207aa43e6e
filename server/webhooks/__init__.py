"""推送: delivering to partners what has changed, as signed HTTP requests. `docs/webhooks.md` is the contract."""
