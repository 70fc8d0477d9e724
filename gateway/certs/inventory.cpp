#include "gateway/certs/inventory.h"

#include <algorithm>

#include "gateway/base/time_text.h"
#include "gateway/crypto/digest.h"

namespace yht::certs {
namespace {

using crypto::Finding;
using crypto::FindingCode;

constexpr std::int64_t kDayMillis = 24LL * 3600 * 1000;

std::string day(base::UnixMillis at_ms) { return base::formatRfc3339(at_ms).substr(0, 10); }

InventoryObject& found(std::vector<InventoryObject>& objects, const std::string& fingerprint) {
    const auto it = std::find_if(objects.begin(), objects.end(), [&](const auto& one) { return one.fingerprint() == fingerprint; });
    return it != objects.end() ? *it : objects.emplace_back();
}

void note(InventoryObject& object, const std::string& file, ObjectUse use) {
    if (std::find(object.files.begin(), object.files.end(), file) == object.files.end()) object.files.push_back(file);
    const bool known = std::any_of(object.uses.begin(), object.uses.end(), [&](const ObjectUse& one) { return one.where == use.where; });
    if (!known) object.uses.push_back(std::move(use));
}

std::vector<crypto::RevocationList> crlsOf(const Inventory& inventory) {
    std::vector<crypto::RevocationList> crls;
    for (const auto& object : inventory.objects) {
        if (object.crl) crls.push_back(*object.crl);
    }
    return crls;
}

std::vector<Finding> findingsOfCrl(const crypto::RevocationList& crl, base::UnixMillis at_ms) {
    std::vector<Finding> findings;
    if (crl.nextUpdateMillis() < at_ms) findings.push_back({FindingCode::CrlExpired, crl.issuer(), day(crl.nextUpdateMillis())});
    if (crl.thisUpdateMillis() > at_ms) findings.push_back({FindingCode::CrlNotYetValid, crl.issuer(), day(crl.thisUpdateMillis())});
    if (crl.isSignatureWeak()) findings.push_back({FindingCode::SignatureWeak, crl.issuer(), crl.signatureAlgorithm()});
    return findings;
}

/// What is wrong with an object for one use of it.
std::vector<Finding> findingsOf(
    const InventoryObject& object, const ObjectUse& use, const std::vector<crypto::RevocationList>& crls, base::UnixMillis at_ms
) {
    if (object.crl) return findingsOfCrl(*object.crl, at_ms);
    const crypto::CertificateFacts& certificate = *object.certificate;
    if (use.revoked_by_us) return {{FindingCode::Revoked, certificate.subject, use.where}};
    if (!use.chain_wanted) return crypto::checkAlone(certificate, at_ms);
    return crypto::checkChain(
               certificate.der, {.others = use.others,
                                 .anchors = use.anchors,
                                 .crls = crls,
                                 .at_ms = at_ms,
                                 .purpose = use.purpose,
                                 .hosts = {},
                                 .revocation = crypto::RevocationCheck::WhereThere,
                                 .own_kinds = true}
    )
        .findings;
}

bool isOfTime(FindingCode code) { return code == FindingCode::Expired || code == FindingCode::CrlExpired; }

/// Whole days up to `end_ms`, rounded towards what is left for certain: a day and an hour are one, an hour ago is -1.
std::int64_t daysUntil(base::UnixMillis end_ms, base::UnixMillis at_ms) {
    const std::int64_t left_ms = end_ms - at_ms;
    return left_ms >= 0 ? left_ms / kDayMillis : -((-left_ms + kDayMillis - 1) / kDayMillis);
}

Judgement judgeOne(const InventoryObject& object, const std::vector<crypto::RevocationList>& crls, base::UnixMillis at_ms) {
    Judgement judgement{.object = &object};
    const base::UnixMillis end_ms = object.endMillis();
    judgement.days_left = end_ms == 0 ? INT64_MAX : daysUntil(end_ms, at_ms);
    for (const std::uint32_t days : kAnnouncedDays) {
        if (end_ms != 0 && end_ms - at_ms <= static_cast<std::int64_t>(days) * kDayMillis) judgement.announced_days = days;
    }
    // A CRL lives for days: it is announced when a fifth of its time is left, not from its first day on.
    if (object.crl && end_ms != 0 && (end_ms - at_ms) * 5 > end_ms - object.beginMillis()) judgement.announced_days = 0;
    bool other = false;
    for (const ObjectUse& use : object.uses) {
        for (auto& finding : findingsOf(object, use, crls, at_ms)) {
            other = other || !isOfTime(finding.code);
            judgement.findings.emplace_back(use.where, std::move(finding));
        }
    }
    const bool expired = end_ms != 0 && end_ms < at_ms;
    if (expired)
        judgement.state = ObjectState::Expired;
    else if (!judgement.findings.empty())
        judgement.state = other ? ObjectState::Wrong : ObjectState::Expired;
    else if (judgement.announced_days > 0)
        judgement.state = ObjectState::Soon;
    return judgement;
}

bool isEndEntity(const InventoryObject& object) { return object.role == ObjectRole::Own || object.role == ObjectRole::Peer; }

/// Another certificate for the same use, by the test that is given.
template <class Test>
bool hasAnother(const Inventory& inventory, const InventoryObject& object, const ObjectUse& use, Test is_good) {
    return std::any_of(inventory.objects.begin(), inventory.objects.end(), [&](const InventoryObject& other) {
        if (&other == &object || !isEndEntity(other)) return false;
        return std::any_of(other.uses.begin(), other.uses.end(), [&](const ObjectUse& one) {
            return one.where == use.where && is_good(other, one);
        });
    });
}

/// Old and new stand side by side after a renewal: the old one is let run out without alarm.
bool isReplaced(const Inventory& inventory, const InventoryObject& object, const std::vector<crypto::RevocationList>& crls, base::UnixMillis at_ms) {
    if (!isEndEntity(object)) return false;
    return std::all_of(object.uses.begin(), object.uses.end(), [&](const ObjectUse& use) {
        return hasAnother(inventory, object, use, [&](const InventoryObject& other, const ObjectUse& one) {
            return other.endMillis() > object.endMillis() && findingsOf(other, one, crls, at_ms).empty();
        });
    });
}

}  // namespace

const char* roleName(ObjectRole role) {
    constexpr const char* kNames[] = {"own", "peer", "ca", "crl"};
    return kNames[static_cast<std::size_t>(role)];
}

const char* roleChinese(ObjectRole role) {
    constexpr const char* kNames[] = {"本方", "对方", "CA", "CRL"};
    return kNames[static_cast<std::size_t>(role)];
}

const char* stateName(ObjectState state) {
    constexpr const char* kNames[] = {"good", "soon", "expired", "wrong", "replaced"};
    return kNames[static_cast<std::size_t>(state)];
}

const char* stateChinese(ObjectState state) {
    constexpr const char* kNames[] = {"正常", "将到期", "已过期", "有问题", "已更换"};
    return kNames[static_cast<std::size_t>(state)];
}

const std::string& InventoryObject::subject() const { return crl ? crl->issuer() : certificate->subject; }

std::string InventoryObject::fingerprint() const {
    if (certificate) return certificate->fingerprint;
    return crl ? base::toHex(crypto::sha256(crl->toDer())) : "";
}

base::UnixMillis InventoryObject::endMillis() const { return crl ? crl->nextUpdateMillis() : certificate->not_after_ms; }

base::UnixMillis InventoryObject::beginMillis() const { return crl ? crl->thisUpdateMillis() : certificate->not_before_ms; }

void Inventory::add(ObjectRole role, const std::string& file, const crypto::CertificateFacts& certificate, ObjectUse use) {
    InventoryObject& object = found(objects, certificate.fingerprint);
    if (!object.certificate) {
        object.certificate = certificate;
        object.role = role;
    }
    note(object, file, std::move(use));
}

void Inventory::add(const std::string& file, const crypto::RevocationList& crl, ObjectUse use) {
    InventoryObject& object = found(objects, base::toHex(crypto::sha256(crl.toDer())));
    object.crl = crl;
    object.role = ObjectRole::Crl;
    note(object, file, std::move(use));
}

std::vector<Judgement> judge(const Inventory& inventory, base::UnixMillis at_ms) {
    const auto crls = crlsOf(inventory);
    std::vector<Judgement> judgements;
    for (const auto& object : inventory.objects) {
        judgements.push_back(judgeOne(object, crls, at_ms));
        Judgement& made = judgements.back();
        if (made.state != ObjectState::Good && isReplaced(inventory, object, crls, at_ms)) made.state = ObjectState::Replaced;
    }
    std::stable_sort(judgements.begin(), judgements.end(), [](const auto& a, const auto& b) { return a.days_left < b.days_left; });
    return judgements;
}

std::vector<Break> whatBreaks(const Inventory& inventory, base::UnixMillis now_ms, base::UnixMillis later_ms) {
    const auto crls = crlsOf(inventory);
    std::vector<Break> breaks;
    for (const auto& object : inventory.objects) {
        for (const ObjectUse& use : object.uses) {
            if (use.revoked_by_us) continue;  // nothing stands on it
            const auto is_good = [&](const InventoryObject& other, const ObjectUse& one) {
                return findingsOf(other, one, crls, later_ms).empty();
            };
            if (isEndEntity(object) && hasAnother(inventory, object, use, is_good)) continue;
            const auto now = findingsOf(object, use, crls, now_ms);
            for (auto& finding : findingsOf(object, use, crls, later_ms)) {
                const bool already = std::any_of(now.begin(), now.end(), [&](const Finding& one) {
                    return one.code == finding.code && one.at == finding.at;
                });
                breaks.push_back({&object, use.where, use.what_en, use.what_zh, std::move(finding), already});
            }
        }
    }
    return breaks;
}

}  // namespace yht::certs
