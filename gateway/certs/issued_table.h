// issued.csv of an authority: every certificate that it has issued, a row each, and what became of it. For people and for
// auditors: any spreadsheet opens it. Grammar: RFC 4180, LF, the first line names the columns; times are RFC 3339, "" none.
//
//   serial            lower-case hex, as in the certificate
//   subject           one line, RFC 4514
//   profile           by which profile
//   not_before, not_after
//   fingerprint       SHA-256 of the certificate; certificates/SERIAL.pem holds it
//   key               SHA-256 of its SubjectPublicKeyInfo
//   issued_at, issued_by
//   renews            serial of the certificate that this one follows, "" none
//   revoked_at, reason, revoked_by, why
// Uses: base, crypto. Used by: authority, app.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"
#include "gateway/crypto/revocation_list.h"

namespace yht::certs {

inline constexpr std::size_t kIssuedBytesMax = 64 * 1024 * 1024;

struct IssuedRow {
    std::string serial, subject, profile;
    base::UnixMillis not_before_ms = 0, not_after_ms = 0;
    std::string fingerprint, key;
    base::UnixMillis issued_ms = 0;
    std::string issued_by, renews;
    base::UnixMillis revoked_ms = 0;  // 0: it is not
    crypto::RevocationReason reason = crypto::RevocationReason::Unspecified;
    std::string revoked_by, why;

    bool revoked() const { return revoked_ms != 0; }
    bool operator==(const IssuedRow&) const = default;
};

std::string writeIssued(const std::vector<IssuedRow>& rows);
/// Errors: CryptoFailed with AuthorityInvalid naming the line.
base::Result<std::vector<IssuedRow>> readIssued(std::string_view csv);

}  // namespace yht::certs
