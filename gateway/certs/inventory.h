// The inventory (证书清单): every certificate and CRL that something stands on, what it is used for, and what is wrong with it at
// a given time. What there is comes in from outside (the deployment, an authority); here it is judged.
// Uses: base, crypto. Used by: app.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/crypto/certificate_chain.h"

namespace yht::certs {

enum class ObjectRole : std::uint8_t { Own, Peer, Ca, Crl };
/// "own", "peer", "ca", "crl", and in Chinese.
const char* roleName(ObjectRole role);
const char* roleChinese(ObjectRole role);

/// Days before its end on which an object is announced, longest first.
inline constexpr std::uint32_t kAnnouncedDays[] = {60, 30, 14, 7, 1};

/// What a certificate or CRL is used for, and what it must be for that.
struct ObjectUse {
    std::string where;  // "yht.yaml partner.certificate", "partners.yaml hotline-12315"
    std::string what_en, what_zh;
    crypto::CertificatePurpose purpose = crypto::CertificatePurpose::Any;
    bool chain_wanted = false;        // a chain to one of `anchors` is asked for
    std::vector<base::Bytes> others;  // DER: what came with it
    std::vector<base::Bytes> anchors;
    bool revoked_by_us = false;  // partners.yaml says so
};

/// One certificate or CRL, wherever it is used.
struct InventoryObject {
    ObjectRole role = ObjectRole::Own;
    std::vector<std::string> files;
    std::optional<crypto::CertificateFacts> certificate;
    std::optional<crypto::RevocationList> crl;
    std::vector<ObjectUse> uses;

    const std::string& subject() const;
    /// SHA-256 over its DER.
    std::string fingerprint() const;
    base::UnixMillis endMillis() const;    // notAfter, nextUpdate; 0 none
    base::UnixMillis beginMillis() const;  // notBefore, thisUpdate
};

/// A file that should be part of the inventory and is not readable as such.
struct InventoryProblem {
    std::string file, where;
    base::Error error;
};

struct Inventory {
    std::vector<InventoryObject> objects;
    std::vector<InventoryProblem> problems;

    /// Adds a use to the object that it is of; makes it where it is not there yet.
    void add(ObjectRole role, const std::string& file, const crypto::CertificateFacts& certificate, ObjectUse use);
    void add(const std::string& file, const crypto::RevocationList& crl, ObjectUse use);
};

enum class ObjectState : std::uint8_t {
    Good,
    Soon,      // within the announced days
    Expired,   // it, or something of its chain, or its issuer's CRL
    Wrong,     // anything else
    Replaced,  // ours or a peer's: all that it is used for another one is good for, and longer
};
/// "good", "soon", "expired", "wrong", "replaced", and in Chinese.
const char* stateName(ObjectState state);
const char* stateChinese(ObjectState state);

struct Judgement {
    const InventoryObject* object = nullptr;
    ObjectState state = ObjectState::Good;
    std::int64_t days_left = 0;                                     // whole days, negative after its end; INT64_MAX where it has none
    std::uint32_t announced_days = 0;                               // the smallest of kAnnouncedDays that days_left is within; 0: none yet
    std::vector<std::pair<std::string, crypto::Finding>> findings;  // use (its `where`), and what is wrong
};

/// In the order of what ends first. CRLs among the objects count for the chains.
std::vector<Judgement> judge(const Inventory& inventory, base::UnixMillis at_ms);

/// What is wrong at `later_ms`, a line a use; not where another certificate of the same use is good then.
struct Break {
    const InventoryObject* object = nullptr;
    std::string where;  // the use
    std::string what_en, what_zh;
    crypto::Finding finding;
    bool already = false;  // broken now as well
};
std::vector<Break> whatBreaks(const Inventory& inventory, base::UnixMillis now_ms, base::UnixMillis later_ms);

}  // namespace yht::certs
