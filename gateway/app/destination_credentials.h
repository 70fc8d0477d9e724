// What one destination is connected to and signed to with (对端凭据): our certificate and key, its CA, the certificates whose keys
// sign its answers. Read when the gateway starts and again at every reload; what is under way ends with what it began with.
// Uses: trust (credential, held, tls, revocation). Used by: destinations, credentials.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/trust/credential.h"
#include "gateway/trust/held.h"
#include "gateway/trust/message_signature.h"
#include "gateway/trust/revocation_book.h"
#include "gateway/trust/tls.h"

namespace yht::app {

struct DestinationFiles {
    std::string id;
    std::string certificate, private_key, issuer_ca, peer_ca, peer_certificate;  // paths; issuer_ca may be ""
    std::optional<trust::RevocationPolicy> revocation;                           // of the far side; none: the deployment's
    std::string url = {};                                                        // where it is reached
    std::string signing_certificate = {}, signing_private_key = {};  // those of TLS where the row names no others
};

/// A credential as it was read and checked, not in use yet.
struct DestinationMaterial {
    Poco::Net::Context::Ptr context;
    trust::SigningKey key;
    std::vector<crypto::Certificate> peers;
    std::string fingerprint;  // of our certificate
};

/// Errors: "certificate.*", ConfigInvalid naming the file. `in_force`: the fingerprint that is used now; that one may be out of its
/// dates, since refusing it again would keep every other change out; nullopt: the gateway starts, and any may. `book` may be nullptr.
base::Result<DestinationMaterial> readMaterial(
    const DestinationFiles& files, trust::RevocationBook* book, base::UnixMillis now_ms,
    const std::optional<std::string>& in_force
);

struct DestinationCredential {
    DestinationCredential(DestinationFiles from, DestinationMaterial material);

    const DestinationFiles files;
    trust::TlsContextHolder contexts;
    const trust::Held<trust::SigningKey> key;
    const trust::Held<std::vector<crypto::Certificate>> peers;
    const trust::Held<std::vector<trust::VerifyingKey>> answer_keys;  // the same, for answers of our own kind
    const trust::Held<std::string> fingerprint;
    /// Whether the far side takes such a key; or empty.
    std::function<base::Status(const trust::SigningKey&)> accepts;

    void use(DestinationMaterial material);
};
using DestinationCredentials = std::vector<std::unique_ptr<DestinationCredential>>;

/// Reads every one anew; what it gives puts them all in place. Errors: as readMaterial(); SignatureAlgorithm.
base::Result<std::function<void()>> prepareCredentials(
    const DestinationCredentials& credentials, trust::RevocationBook* book, base::UnixMillis now_ms
);

/// Asks the book about one far side, "destination ID" or "source ID", whose certificate a handshake shows. The book must outlive it.
std::shared_ptr<const trust::PeerJudge> farSideJudge(
    trust::RevocationBook& book, const std::string& peer, const std::optional<trust::RevocationPolicy>& policy
);

/// Whether this fault is one of dates alone, of the certificate that is in force anyway (nullopt: nothing is yet).
bool isKnownToEnd(const base::Error& error, const std::string& certificate_path, const std::optional<std::string>& in_force);

}  // namespace yht::app
