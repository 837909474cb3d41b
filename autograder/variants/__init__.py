"""Right answers in styles other than the reference's: the checks must accept them, and `demo` builds its class of them."""
