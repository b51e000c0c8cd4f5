"""The worker over HTTP: /run, /eval (as snekbox has it), /healthz, /readyz, /metrics."""
