"""An e-mail and chat intake gateway for a support desk: see docs/architecture.md for the house."""
