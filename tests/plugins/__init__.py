"""Sample plug-ins: what an office may write for itself."""
