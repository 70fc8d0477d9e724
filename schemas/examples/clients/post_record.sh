#!/usr/bin/env bash
# Posts one JSON file as a signed request: what RFC 9530 and RFC 9421 ask for, with openssl and curl alone.
# 用 openssl 与 curl 提交一个签名的 JSON 文件。
#   post_record.sh CREDENTIAL URL FILE [CA] [--print]     --print: the curl line, not its answer 只打印 curl 命令
# CREDENTIAL: path without ending; CREDENTIAL.pem and CREDENTIAL.key (P-256) must exist. CA: default root.pem beside it.
# Another file than JSON, an attachment: CONTENT_TYPE=image/png post_record.sh … …/v1/attachments photo.png 上传附件
# Exit code: 0 taken or a duplicate, 1 refused (the problem document is printed), 69 no answer.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,7s/^# *//p' "$0" >&2; exit 64; }
print=false
[ "${*: -1}" = --print ] && { print=true; set -- "${@:1:$#-1}"; }
credential=$1 url=$2 file=$3 ca=${4:-$(dirname "$1")/root.pem}
type=${CONTENT_TYPE:-application/json}

digest="sha-256=:$(openssl dgst -sha256 -binary "$file" | openssl base64 -A):"
keyid=$(openssl x509 -in "$credential.pem" -outform DER | openssl dgst -sha256 -r | cut -d' ' -f1)
params="(\"@method\" \"@target-uri\" \"content-type\" \"content-digest\");created=$(date +%s);keyid=\"$keyid\";alg=\"ecdsa-p256-sha256\";tag=\"yht\""

# The signature base, RFC 9421 section 2.5: no line end after the last line.
base=$(mktemp) answer=$(mktemp)
trap 'rm -f "$base" "$answer"' EXIT
printf '"@method": POST\n"@target-uri": %s\n"content-type": %s\n"content-digest": %s\n"@signature-params": %s' \
    "$url" "$type" "$digest" "$params" > "$base"

# openssl writes DER; RFC 9421 section 3.3.4 wants r and s, 32 octets each.
signature=$(openssl dgst -sha256 -sign "$credential.key" "$base" | openssl asn1parse -inform DER |
    sed -n 's/.*INTEGER *://p' | while read -r hex; do printf '%64s' "$hex" | tr ' ' 0; done |
    sed 's/../\\x&/g' | { read -r bytes || true; printf '%b' "$bytes"; } | openssl base64 -A)

# --retry sends the same bytes again on 429, 503 and lost connections, and minds Retry-After.
line=(curl --silent --show-error --cacert "$ca" --cert "$credential.pem" --key "$credential.key"
    --retry 3 --retry-connrefused --retry-max-time 120
    -H "Content-Type: $type" -H "Content-Digest: $digest"
    -H "Signature-Input: sig=$params" -H "Signature: sig=:$signature:" --data-binary "@$file" "$url")
if $print; then
    echo "${line[@]@Q}"
    exit 0
fi
status=$("${line[@]}" --output "$answer" --write-out '%{http_code}') || exit 69
cat "$answer"
echo
[ "$status" -lt 300 ]
