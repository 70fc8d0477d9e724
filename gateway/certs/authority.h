// A certificate authority (CA) in a directory (authority_files.h): made, issuing by profiles, renewing, revoking, publishing
// its CRL. What is issued is in issued.csv, on the disk, before anybody has the certificate.
// Uses: base, crypto. Used by: app.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/durable_file.h"
#include "gateway/base/random.h"
#include "gateway/certs/authority_files.h"
#include "gateway/certs/issued_table.h"
#include "gateway/certs/journal.h"
#include "gateway/certs/profile.h"
#include "gateway/crypto/certificate_bundle.h"
#include "gateway/crypto/key_material.h"

namespace yht::certs {

/// Who does it and when, in issued.csv; in journal.csv by account, with the ledger entry that allowed it and the partner it is for.
struct Act {
    std::string by;
    base::UnixMillis at_ms = 0;
    base::Random& random;
    std::string account = {}, permit = {}, partner = {};
};

/// What is to be issued. The public key says for whom; the profile says what.
struct Order {
    crypto::DistinguishedName subject;
    std::vector<crypto::AlternativeName> names;
    base::Bytes public_key_der;
    std::optional<std::uint32_t> days;  // the profile's where left out
};

struct Issued {
    crypto::CertificateFacts certificate;
    std::string chain_pem;  // it first, then those above it without the root
};

/// How a certificate is renewed: with the key it has, or another.
struct Renewal {
    std::optional<base::Bytes> public_key_der;  // nullopt: the same key
    std::optional<std::uint32_t> days;
};

class Authority {
public:
    struct Creation {
        std::string directory;
        AuthoritySettings settings;
        crypto::DistinguishedName subject;
        crypto::KeyKind key_kind = crypto::KeyKind::EcP384;
        std::optional<std::uint32_t> days;
        std::optional<std::string> passphrase;  // encrypts the key
        std::string offline_key;                // where an offline key is written
    };
    /// A root, signed by itself. Errors: CryptoFailed with AuthorityExists, FileExists or what the profile refuses; IoFailed.
    static base::Result<Authority> createRoot(const Creation& creation, const Profile& profile, const Act& act);
    /// Key and request; activate() takes the certificate. Errors: as createRoot().
    static base::Result<Authority> createPending(const Creation& creation, const Profile& profile, const Act& act);
    /// Locked until the object goes. Errors: CryptoFailed with AuthorityInvalid, AuthorityBusy; IoFailed.
    static base::Result<Authority> open(const std::string& directory);

    const AuthoritySettings& settings() const { return settings_; }
    const std::string& directory() const { return directory_; }
    const std::vector<IssuedRow>& issued() const { return issued_; }
    /// Errors: CryptoFailed with AuthorityPending.
    base::Result<crypto::CertificateFacts> certificate() const;
    std::string requestPem() const { return request_; }
    std::string trustPem() const { return trust_; }

    /// authority.key, or `offline_key` where its key is kept offline. Errors: CryptoFailed with AuthorityOffline,
    /// KeyReadableByOthers, KeyMismatch and those of KeyMaterial::fromPem(); IoFailed.
    base::Result<crypto::KeyMaterial> readKey(const std::string& offline_key, const std::optional<std::string>& passphrase) const;

    /// Takes the certificate that another CA has made of authority.csr, with those above it, and checks all of it: key, CA,
    /// dates, chain to the root that is among them. Also to replace one by a renewed one of the same key.
    base::Status activate(const crypto::Bundle& bundle, base::UnixMillis at_ms);

    /// Errors: CryptoFailed with every finding: what the profile refuses, ProfileNotForCa, KeyReused, OutlivesIssuer, PathLength,
    /// Expired or NotYetValid (the authority itself), IssuerNotCa.
    base::Result<Issued> issue(const Profile& profile, const Order& order, const crypto::KeyMaterial& key, const Act& act);
    /// Subject, names and profile of the one before; both are valid until that one ends. Errors: as issue(); SerialUnknown;
    /// Revoked where the key it had is to be used again.
    base::Result<Issued> renew(
        const Profiles& profiles, const std::string& serial, const Renewal& renewal, const crypto::KeyMaterial& key, const Act& act
    );
    /// Errors: CryptoFailed with SerialUnknown, AlreadyRevoked.
    base::Result<IssuedRow> revoke(const std::string& serial, crypto::RevocationReason reason, const std::string& why, const Act& act);
    /// Numbered one above the last, in crl.pem and crl.der. Errors: CryptoFailed, IoFailed.
    base::Result<crypto::RevocationList> publishCrl(std::optional<std::uint32_t> days, const crypto::KeyMaterial& key, const Act& act);

    /// Whether issue(), or renew() of `renews`, would do it; nothing is done. Errors: as theirs.
    base::Status check(const Profile& profile, const Order& order, const std::string& renews, base::UnixMillis at_ms) const;
    /// What renew() orders. Errors: as renew().
    base::Result<Order> renewalOrder(const std::string& serial, const Renewal& renewal) const;
    Journal& journal() { return journal_; }
    /// SHA-256 of its SubjectPublicKeyInfo. Errors: CryptoFailed with AuthorityPending.
    base::Result<std::string> keyDigest() const;

    /// The row of a serial, or nullptr.
    const IssuedRow* find(const std::string& serial) const;
    /// Errors: CryptoFailed with SerialUnknown; IoFailed.
    base::Result<crypto::CertificateFacts> readIssuedCertificate(const std::string& serial) const;

private:
    Authority(std::string directory, base::FileLock lock, Journal journal)
        : directory_(std::move(directory)), lock_(std::move(lock)), journal_(std::move(journal)) {}
    static base::Result<Authority> prepare(const Creation& creation);
    base::Result<crypto::KeyMaterial> makeKey(const Creation& creation) const;
    base::Status saveCertificate(const crypto::CertificateFacts& own, const std::vector<crypto::CertificateFacts>& above);
    std::vector<crypto::Finding> objections(
        const Profile& profile, const Order& order, std::uint32_t days, const crypto::CertificateFacts& own, base::UnixMillis at_ms
    ) const;
    base::Result<Issued> issueChecked(
        const Profile& profile, const Order& order, const std::string& renews, const crypto::KeyMaterial& key, const Act& act
    );
    base::Status note(const char* act_name, const Act& act, const IssuedRow& row);
    base::Status saveIssued(const std::vector<IssuedRow>& rows);
    base::Result<std::uint64_t> nextCrlNumber();

    std::string directory_;
    base::FileLock lock_;
    Journal journal_;
    AuthoritySettings settings_;
    std::string certificate_, request_, chain_, trust_;  // PEM
    std::vector<IssuedRow> issued_;
};

}  // namespace yht::certs
