// journal.csv of an authority (签发日志): every time that its key or its list of revocations was used, a line each, never changed. A ledger
// takes the lines in (app, certs.record), at once or, from a machine without one, later; nothing in a line is personal data.
// Grammar: cells with ',' between, LF, the first line names the columns. A cell has no comma, quote, control character or space at its ends.
//
//   at           RFC 3339
//   act          create, issue, renew, revoke, publish_crl
//   authority    SHA-256 of the authority's SubjectPublicKeyInfo: stays when its certificate is renewed
//   by           account
//   permit       number of the ledger entry that allowed it, "" where nobody was asked
//   profile      "" of publish_crl
//   partner      id of the partner whose certificate it is, "" none
//   subject      SHA-256 of the subject in one line, "" of publish_crl
//   serial       of the certificate, of publish_crl the CRL's number
//   fingerprint  SHA-256 of what was made: certificate or CRL; of revoke, of the certificate
//   reason       of revoke
//   previous     SHA-256 of the line before, "" of the first: a line that was changed or taken out is found
// Uses: base, crypto. Used by: authority, app.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/result.h"

namespace yht::certs {

inline constexpr std::size_t kJournalBytesMax = 64 * 1024 * 1024;
inline constexpr std::size_t kJournalCellBytesMax = 1024;
inline constexpr const char* kJournalColumns[] = {"at",      "act",     "authority", "by",          "permit", "profile",
                                                  "partner", "subject", "serial",    "fingerprint", "reason", "previous"};
inline constexpr const char* kJournalActs[] = {"create", "issue", "renew", "revoke", "publish_crl"};

struct JournalLine {
    base::UnixMillis at_ms = 0;
    std::string act, authority, by, permit, profile, partner, subject, serial, fingerprint, reason, previous;
    bool operator==(const JournalLine&) const = default;

    /// In the order of kJournalColumns.
    std::vector<std::string> cells() const;
    std::string text() const;    // without its LF
    std::string digest() const;  // SHA-256 of text(), which the next line has as `previous`
    /// Errors: CryptoFailed with AuthorityInvalid, naming the column.
    static base::Result<JournalLine> of(const std::vector<std::string>& cells);
};

/// Under the authority's lock.
class Journal {
public:
    /// Empty where there is none yet. Errors: CryptoFailed with AuthorityInvalid naming the line that does not follow the one before it,
    /// or that the lines are fewer than were handed in; IoFailed.
    static base::Result<Journal> open(const std::string& directory);

    /// Durable when it returns; `previous` is set here. Errors: CryptoFailed with AuthorityInvalid (a cell that can't be one), IoFailed.
    base::Status append(JournalLine line);
    const std::vector<JournalLine>& lines() const { return lines_; }
    /// Lines from the first on that a ledger has taken in.
    std::size_t handedIn() const { return handed_in_; }
    base::Status setHandedIn(std::size_t count);

private:
    explicit Journal(std::string directory) : directory_(std::move(directory)) {}
    std::string directory_;
    std::vector<JournalLine> lines_;
    std::size_t handed_in_ = 0;
};

}  // namespace yht::certs
