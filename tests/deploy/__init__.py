"""What operators are given: units, proxies and alerts, tried with the programs that read them."""
