#!/usr/bin/env bash
# A run of ten minutes and more on a secured HDFS and YARN of this machine whose tickets and tokens last two, an executor
# killed when the first are over: bench/kerberos.sh prints how long it took and the parameters' hash, which is the
# undisturbed run's. LIFETIME=120 (seconds) STEPS=36000 CHECKPOINT=3000. Wants Maven and 6 GB of memory.
set -euo pipefail
BENCH=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=bench/environment.sh
. "$BENCH/environment.sh"
weft_find_java
cd "$WEFT_ROOT"
./mvnw -B -pl clusters -am verify "-Dspark.line=$WEFT_LINE" -Dit.test=KerberosIT#outlivesTicketsAndTokensAndTellsNobody -Dtest=None \
  -Djacoco.skip -Dspotless.check.skip=true -Dcheckstyle.skip=true \
  -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false \
  -Dweft.kerberos.lifetime="${LIFETIME:-120}" -Dweft.kerberos.steps="${STEPS:-36000}" \
  -Dweft.kerberos.checkpoint="${CHECKPOINT:-3000}" | grep -E 'lifetime [0-9]+ s|ERROR|Tests run'
