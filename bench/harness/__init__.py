"""What bench/run is made of: servers, clients, measuring, report."""
