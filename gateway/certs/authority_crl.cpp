// What an authority says of certificates that count no more: revoking, and the CRL.
#include <algorithm>
#include <charconv>

#include "gateway/base/time_text.h"
#include "gateway/certs/authority.h"
#include "gateway/crypto/certificate_finding.h"
#include "gateway/crypto/digest.h"

namespace yht::certs {
namespace {

using crypto::FindingCode;
using crypto::refusal;

constexpr std::int64_t kDayMillis = 24LL * 3600 * 1000;
constexpr const char* kCrlNumber = "crl_number";

base::UnixMillis wholeSeconds(base::UnixMillis at_ms) { return at_ms / 1000 * 1000; }

std::string day(base::UnixMillis at_ms) { return base::formatRfc3339(at_ms).substr(0, 10); }

}  // namespace

base::Result<IssuedRow> Authority::revoke(
    const std::string& serial, crypto::RevocationReason reason, const std::string& why, const Act& act
) {
    const auto before = issued_;
    auto rows = issued_;
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const IssuedRow& one) { return one.serial == serial; });
    if (row == rows.end()) return refusal(FindingCode::SerialUnknown, serial, settings_.name);
    if (row->revoked())
        return refusal(
            FindingCode::AlreadyRevoked, row->subject, std::string(crypto::reasonName(row->reason)) + ", " + day(row->revoked_ms)
        );
    row->revoked_ms = act.at_ms;
    row->reason = reason;
    row->revoked_by = act.by;
    row->why = why;
    const IssuedRow revoked = *row;
    if (auto saved = saveIssued(rows); !saved) return std::move(saved).error();
    if (auto noted = note("revoke", act, revoked); !noted) {
        // To be given once more, so that the journal has it then.
        static_cast<void>(saveIssued(before));
        return std::move(noted).error();
    }
    return revoked;
}

base::Result<std::uint64_t> Authority::nextCrlNumber() {
    constexpr std::size_t kNumberBytesMax = 32;
    const std::string path = fileOf(directory_, kCrlNumber);
    auto text = readIfThere(path, kNumberBytesMax);
    if (!text) return std::move(text).error();
    std::uint64_t number = 0;
    const char* const end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, number);
    if (!text->empty() && (read.ec != std::errc() || (read.ptr != end && *read.ptr != '\n'))) {
        return refusal(FindingCode::AuthorityInvalid, path, "a whole number is expected 应为整数");
    }
    ++number;
    // Given out before it is used: after a crash a number is left out, never used twice.
    if (auto saved = base::writeDurably(path, std::to_string(number) + "\n", base::FileSecrecy::Public); !saved)
        return std::move(saved).error();
    return number;
}

base::Result<crypto::RevocationList> Authority::publishCrl(std::optional<std::uint32_t> days, const crypto::KeyMaterial& key, const Act& act) {
    const auto own = certificate();
    if (!own) return own.error();
    const auto& usage = own->key_usage;
    if (!usage.empty() && std::find(usage.begin(), usage.end(), "cRLSign") == usage.end()) {
        return refusal(FindingCode::IssuerMayNotSign, own->subject, "cRLSign");
    }
    auto number = nextCrlNumber();
    if (!number) return std::move(number).error();
    const std::int64_t lifetime_ms = static_cast<std::int64_t>(days.value_or(settings_.crl_days)) * kDayMillis;
    crypto::CrlContent content{
        .number = *number, .this_update_ms = wholeSeconds(act.at_ms), .next_update_ms = wholeSeconds(act.at_ms) + lifetime_ms};
    for (const IssuedRow& row : issued_) {
        // RFC 5280 section 3.3: at least one CRL after its end still names it.
        if (row.revoked() && row.not_after_ms + 2 * lifetime_ms > act.at_ms)
            content.revoked.push_back({row.serial, row.revoked_ms, row.reason});
    }
    auto der = crypto::issueCrl(content, key, own->der);
    if (!der) return std::move(der).error();
    auto list = crypto::RevocationList::read(*der);
    if (!list) return list;
    if (auto saved = base::writeDurably(fileOf(directory_, "crl.pem"), list->toPem(), base::FileSecrecy::Public); !saved)
        return std::move(saved).error();
    if (auto saved = base::writeDurably(fileOf(directory_, "crl.der"), *der, base::FileSecrecy::Public); !saved)
        return std::move(saved).error();
    const IssuedRow row{.serial = list->numberHex(), .fingerprint = base::toHex(crypto::sha256(*der))};
    if (auto noted = note("publish_crl", act, row); !noted) return std::move(noted).error();
    return list;
}

}  // namespace yht::certs
