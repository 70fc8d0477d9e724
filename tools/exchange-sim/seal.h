// WS-Security of the platform's interface (profile README, section 3), on xmlsec1 directly: who signed a request, whether
// what is processed is what was signed, and the signature over an answer.
// Uses: tree, xmlsec1, OpenSSL. Used by: service, main.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "tools/exchange-sim/tree.h"

struct _xmlSecKey;

namespace yht::exchange_sim {

/// Before any thread; a second call does nothing. Throws std::runtime_error.
void setUpSeals();

std::string sha256Hex(std::string_view bytes);

/// A certificate, and whatever key of it xmlsec can use. Throws std::runtime_error where files are no use.
class Seal {
public:
    /// To check with.
    explicit Seal(const std::string& certificate_pem_path);
    /// To sign with.
    Seal(const std::string& certificate_pem_path, const std::string& key_pem_path);
    /// A key that nobody knows, made now, under a certificate that it signed itself: for misbehaviour.
    static Seal ofNobody();

    const std::string& der() const { return der_; }
    const std::string& fingerprint() const { return fingerprint_; }
    _xmlSecKey* key() const { return key_.get(); }
    const char* method() const { return is_rsa_ ? kRsaSha256 : kEcdsaSha256; }

    static constexpr const char* kRsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    static constexpr const char* kEcdsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";

private:
    Seal() = default;
    std::shared_ptr<_xmlSecKey> key_;
    std::string der_, fingerprint_;
    bool is_rsa_ = false;
};

/// A request's envelope, every part at its one place; nodes are the document's.
struct Envelope {
    const char* soap = kSoap11;  // namespace
    xmlNode *header = nullptr, *body = nullptr, *operation = nullptr;
    xmlNode *security = nullptr, *token = nullptr, *timestamp = nullptr, *signature = nullptr;
    std::vector<xmlNode*> addressing;
    std::string message_id;
};

/// "" where it is such an envelope; else what is wrong, in the platform's own words.
std::string readEnvelope(xmlDoc* document, Envelope& envelope);

/// The octets of the token, to find the sender by.
std::string tokenDer(const Envelope& envelope);

/// Whether Body, Timestamp and each addressing header, and nothing else, are signed with this seal.
bool signatureHolds(xmlDoc* document, const Envelope& envelope, const Seal& seal);

/// Created and Expires around now.
bool isTimely(const Envelope& envelope, base::UnixMillis now_ms);

struct Sealing {
    const char* soap = kSoap11;
    std::string content;     // of the Body
    std::string relates_to;  // "" none
    base::UnixMillis created_ms = 0;
    bool is_signed = true;
};
/// The envelope of an answer, as a document. Throws std::runtime_error where signing fails.
Document sealedAnswer(const Sealing& sealing, const Seal& seal);

}  // namespace yht::exchange_sim
