#!/usr/bin/env bash
# What the softphone baresip tells, told on to the door of `assistant live --work-list FILE --door`.
# baresip's config: module_app ctrl_tcp.so, ctrl_tcp_listen 127.0.0.1:4444
#   softphone-door 4444 A-1007     the softphone's control port, and whose call is dialled next
# Lines on standard input are keys: h puts the call on hold at both, r takes it up, q leaves.
set -u
exec 3<>"/dev/tcp/127.0.0.1/$1" 4<&0
softphone() { printf '%d:{"command":"%s"},' $((14 + ${#1})) "$1" >&3; }
assistant door call --account "$2"
while read -r key <&4; do
  case $key in
    h) softphone hold && assistant door hold ;;
    r) softphone resume && assistant door resume ;;
    q) break ;;
  esac
done &
keys=$!
while IFS= read -r -d '}' told <&3; do
  case $told in
    *'"type":"CALL_ESTABLISHED"'*) assistant door connect ;;
    *'"type":"CALL_CLOSED"'*) assistant door end; break ;;
  esac
done
kill $keys 2>/dev/null
