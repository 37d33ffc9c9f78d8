"""The runner of a campaign: schedule, worker, control socket."""
