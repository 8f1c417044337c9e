#!/usr/bin/env bash
# Starts ferrokinesis on loopback. Usage: start.sh PORT
# Builds it from crates.io the first time, below target/ or $TARGETS_DIR; with INSTALL_ONLY=1 no more than that; needs cc as well.
set -euo pipefail
port=${1:?usage: start.sh PORT}
version=0.7.0
home=${TARGETS_DIR:-$(dirname "$0")/../../../target/targets}/ferrokinesis-$version
if [ ! -e "$home/installed" ]; then
  mkdir -p "$home"
  CARGO_TARGET_DIR="$home/build" cargo install --locked --root "$home" "ferrokinesis@$version" >&2
  rm -rf "$home/build"
  # It listens on all addresses, and no option changes that: rewrite what bind(2) is given.
  cc -shared -fPIC -o "$home/loopback.so" -x c - -ldl <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
int bind(int fd, const struct sockaddr *address, socklen_t length) {
  int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");
  if (address->sa_family == AF_INET) {
    struct sockaddr_in four = *(const struct sockaddr_in *)address;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return real(fd, (struct sockaddr *)&four, length);
  }
  if (address->sa_family == AF_INET6) {
    struct sockaddr_in6 six = *(const struct sockaddr_in6 *)address;
    six.sin6_addr = in6addr_loopback;
    return real(fd, (struct sockaddr *)&six, length);
  }
  return real(fd, address, length);
}
C
  touch "$home/installed"
fi
[ -z "${INSTALL_ONLY:-}" ] || exit 0
cd "$home"
LD_PRELOAD="$PWD/loopback.so" exec "$PWD/bin/ferrokinesis" --port "$port" \
  --account-id 000000000000 --region us-east-1 --shard-limit 1000 --log-level warn \
  --create-stream-ms 500 --delete-stream-ms 500 --update-stream-ms 500
