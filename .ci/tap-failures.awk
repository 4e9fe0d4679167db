# Raw TAP in; out come a line for each test file, and each failed assertion with the YAML that explains it.
/^(ok|not ok) [0-9]+ - / { sub(/ \{$/, ""); print; fflush(); shows = 0; next }
/^ *not ok / { print; shows = 1; next }
/^ *(ok|# Subtest|[0-9]+\.\.[0-9]+)/ { shows = 0 }
shows { print }
/^ *\.\.\.$/ { shows = 0 }
/^Bail out!/ { print }
/^# \{ total: / { print }
