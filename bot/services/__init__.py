"""Use cases: each public function is one verb and one transaction, told `db` and `now`."""
