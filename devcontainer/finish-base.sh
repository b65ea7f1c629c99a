#!/bin/sh
# Tells who installs something in a sandbox of this image how it is done.
set -eu

# Shown by pip (PEP 668), in the place of Debian's text
for file in /usr/lib/python3*/EXTERNALLY-MANAGED; do
  [ -e "$file" ] || continue
  cat >"$file" <<'TEXT'
[externally-managed]
Error=The sandbox's own Python is read-only. For this project, in the workspace:
 python3 -m venv .venv && .venv/bin/pip install PACKAGE
 A package of Debian (python3-NAME) is added on the host, by the user:
 vaultbox run --package python3-NAME -- ...
 or in vaultbox.yaml: image: {packages: [python3-NAME]}
TEXT
done

# A login shell sets the search path anew
cat >/etc/profile.d/vaultbox.sh <<'TEXT'
if [ -n "${VAULTBOX_ADVICE:-}" ]; then PATH="$VAULTBOX_ADVICE:$PATH"; fi
TEXT

# Slim images leave these folders out, and packages that link their pages there fail without: Debian's JDK, PostgreSQL's clients
mkdir -p /usr/share/man/man1 /usr/share/man/man7 /usr/share/man/man8
