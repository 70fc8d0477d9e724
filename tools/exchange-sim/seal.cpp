#include "tools/exchange-sim/seal.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/templates.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <stdexcept>

#include "gateway/base/bytes.h"
#include "gateway/base/time_text.h"
#include "tools/stage/process.h"

namespace yht::exchange_sim {

namespace {

constexpr std::int64_t kToleranceMillis = 300'000;
constexpr const char* kTokenType =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
constexpr const char* kBase64 =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

struct ContextDeleter {
    void operator()(xmlSecDSigCtx* context) const { xmlSecDSigCtxDestroy(context); }
};
using Context = std::unique_ptr<xmlSecDSigCtx, ContextDeleter>;

const xmlChar* xmlText(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

// xmlsec would print what it meets, a stranger's text among it.
void saysNothing(const char*, int, const char*, const char*, const char*, int, const char*) {}

std::string withoutSpace(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
    return text;
}

std::string utcText(base::UnixMillis at_ms) {
    return base::formatCivil(base::toCivil(at_ms, 0), "%Y-%m-%dT%H:%M:%S.%LZ");
}

std::string derOf(X509* certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(certificate, &der);
    if (size <= 0) throw std::runtime_error("certificate can't be encoded");
    std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return text;
}

std::string derOfPem(const std::string& path) {
    const auto file = stage::readFile(path);
    if (!file.ok) throw std::runtime_error("can't read " + path);
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
        BIO_new_mem_buf(file.text.data(), static_cast<int>(file.text.size())), BIO_free
    );
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free
    );
    if (!certificate) throw std::runtime_error("no certificate in " + path);
    return derOf(certificate.get());
}

bool isRsa(const std::string& der) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        d2i_X509(nullptr, &bytes, static_cast<long>(der.size())), X509_free
    );
    return EVP_PKEY_get_base_id(X509_get0_pubkey(certificate.get())) == EVP_PKEY_RSA;
}

std::shared_ptr<xmlSecKey> owned(xmlSecKey* key, const std::string& what) {
    if (key == nullptr) throw std::runtime_error("no key in " + what);
    return {key, xmlSecKeyDestroy};
}

std::shared_ptr<xmlSecKey> keyOf(const std::string& bytes, xmlSecKeyDataFormat format, const std::string& what) {
    return owned(
        xmlSecCryptoAppKeyLoadMemory(
            reinterpret_cast<const xmlSecByte*>(bytes.data()), static_cast<xmlSecSize>(bytes.size()), format,
            nullptr, nullptr, nullptr
        ),
        what
    );
}

std::string idOf(const xmlNode* node) { return attributeOf(node, "Id", kUtility); }

void registerId(xmlDoc* document, xmlNode* node) {
    xmlAttr* attribute = xmlHasNsProp(node, xmlText("Id"), xmlText(kUtility));
    const std::string id = idOf(node);
    if (attribute != nullptr && attribute->atype != XML_ATTRIBUTE_ID)
        xmlAddID(nullptr, document, xmlText(id.c_str()), attribute);
}

bool allowOnly(xmlSecDSigCtx& context) {
    context.flags |= XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES;
    context.enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
    return xmlSecDSigCtxEnableReferenceTransform(&context, xmlSecTransformExclC14NId) >= 0 &&
           xmlSecDSigCtxEnableReferenceTransform(&context, xmlSecTransformSha256Id) >= 0 &&
           xmlSecDSigCtxEnableSignatureTransform(&context, xmlSecTransformExclC14NId) >= 0 &&
           xmlSecDSigCtxEnableSignatureTransform(&context, xmlSecTransformRsaSha256Id) >= 0 &&
           xmlSecDSigCtxEnableSignatureTransform(&context, xmlSecTransformEcdsaSha256Id) >= 0;
}

/// What the References point at, "" among them where one points elsewhere.
std::multiset<std::string> referencedIds(const xmlNode* signature) {
    std::multiset<std::string> ids;
    const xmlNode* info = onlyChild(signature, kSignature, "SignedInfo");
    if (info == nullptr) return ids;
    for (const xmlNode* reference : childrenOf(info)) {
        if (!is(reference, kSignature, "Reference")) continue;
        const std::string uri = attributeOf(reference, "URI");
        ids.insert(uri.starts_with('#') ? uri.substr(1) : "");
    }
    return ids;
}

}  // namespace

void setUpSeals() {
    static std::once_flag once;
    std::call_once(once, [] {
        if (xmlSecInit() < 0 || xmlSecCheckVersion() != 1 || xmlSecCryptoAppInit(nullptr) < 0 || xmlSecCryptoInit() < 0)
            throw std::runtime_error("xmlsec can't be set up");
        xmlSecErrorsSetCallback(saysNothing);
    });
}

std::string sha256Hex(std::string_view bytes) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
    return base::toHex({reinterpret_cast<char*>(digest), sizeof digest});
}

Seal::Seal(const std::string& certificate_pem_path)
    : der_(derOfPem(certificate_pem_path)), fingerprint_(sha256Hex(der_)), is_rsa_(isRsa(der_)) {
    key_ = keyOf(der_, xmlSecKeyDataFormatCertDer, certificate_pem_path);
}

Seal::Seal(const std::string& certificate_pem_path, const std::string& key_pem_path)
    : der_(derOfPem(certificate_pem_path)), fingerprint_(sha256Hex(der_)), is_rsa_(isRsa(der_)) {
    const auto file = stage::readFile(key_pem_path);
    if (!file.ok) throw std::runtime_error("can't read " + key_pem_path);
    key_ = keyOf(file.text, xmlSecKeyDataFormatPem, key_pem_path);
}

Seal Seal::ofNobody() {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME_add_entry_by_txt(
        X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
        reinterpret_cast<const unsigned char*>("nobody"), -1, -1, 0
    );
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
    if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) throw std::runtime_error("can't make a certificate");
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    Seal seal;
    seal.der_ = derOf(certificate.get());
    seal.fingerprint_ = sha256Hex(seal.der_);
    seal.key_ = keyOf(std::string(text, static_cast<std::size_t>(size)), xmlSecKeyDataFormatPem, "memory");
    return seal;
}

std::string readEnvelope(xmlDoc* document, Envelope& envelope) {
    const xmlNode* root = xmlDocGetRootElement(document);
    if (is(root, kSoap12, "Envelope")) envelope.soap = kSoap12;
    const auto parts = childrenOf(root);
    if (!is(root, envelope.soap, "Envelope") || parts.size() != 2 || !is(parts[0], envelope.soap, "Header") ||
        !is(parts[1], envelope.soap, "Body"))
        return "Envelope 应为一个 Header 与一个 Body";
    envelope.header = parts[0];
    envelope.body = parts[1];
    const auto inside = childrenOf(envelope.body);
    if (inside.size() != 1) return "Body 应为一个元素";
    envelope.operation = inside.front();
    for (xmlNode* block : childrenOf(envelope.header)) {
        if (block->ns != nullptr && std::string_view(reinterpret_cast<const char*>(block->ns->href)) == kAddressing)
            envelope.addressing.push_back(block);
    }
    envelope.security = onlyChild(envelope.header, kSecurity, "Security");
    if (envelope.security == nullptr) return "Header 中应有一个 Security";
    envelope.token = onlyChild(envelope.security, kSecurity, "BinarySecurityToken");
    envelope.timestamp = onlyChild(envelope.security, kUtility, "Timestamp");
    envelope.signature = onlyChild(envelope.security, kSignature, "Signature");
    if (envelope.token == nullptr || envelope.timestamp == nullptr || envelope.signature == nullptr)
        return "Security 中应有 BinarySecurityToken、Timestamp 与 Signature 各一个";
    const xmlNode* message_id = onlyChild(envelope.header, kAddressing, "MessageID");
    if (message_id == nullptr) return "Header 中应有一个 wsa:MessageID";
    envelope.message_id = textOf(message_id);
    return {};
}

std::string tokenDer(const Envelope& envelope) {
    const auto der = base::fromBase64(withoutSpace(textOf(envelope.token)));
    return der ? *der : std::string();
}

bool signatureHolds(xmlDoc* document, const Envelope& envelope, const Seal& seal) {
    std::vector<xmlNode*> covered{envelope.body, envelope.timestamp};
    covered.insert(covered.end(), envelope.addressing.begin(), envelope.addressing.end());
    std::multiset<std::string> ids;
    for (const xmlNode* node : covered) ids.insert(idOf(node));
    const bool each_once = std::set<std::string>(ids.begin(), ids.end()).size() == ids.size();
    // The same ids, each on the element at its place: nothing is signed but what is read.
    if (!each_once || ids.contains("") || referencedIds(envelope.signature) != ids) return false;
    for (xmlNode* node : covered) registerId(document, node);
    const Context context(xmlSecDSigCtxCreate(nullptr));
    if (!context || !allowOnly(*context)) return false;
    context->signKey = xmlSecKeyDuplicate(seal.key());
    if (context->signKey == nullptr || xmlSecDSigCtxVerify(context.get(), envelope.signature) < 0) return false;
    return context->status == xmlSecDSigStatusSucceeded &&
           xmlSecPtrListGetSize(&context->signedInfoReferences) == covered.size();
}

bool isTimely(const Envelope& envelope, base::UnixMillis now_ms) {
    const xmlNode* created = onlyChild(envelope.timestamp, kUtility, "Created");
    const xmlNode* expires = onlyChild(envelope.timestamp, kUtility, "Expires");
    const auto created_ms = created == nullptr ? std::nullopt : base::parseRfc3339(textOf(created));
    if (!created_ms || std::llabs(*created_ms - now_ms) > kToleranceMillis) return false;
    const auto expires_ms = expires == nullptr ? std::nullopt : base::parseRfc3339(textOf(expires));
    return expires == nullptr || (expires_ms && *expires_ms > now_ms);
}

Document sealedAnswer(const Sealing& sealing, const Seal& seal) {
    const std::string soap = sealing.soap;
    std::string head;
    if (!sealing.relates_to.empty()) {
        head = "<a:RelatesTo u:Id=\"relates\">" + escaped(sealing.relates_to) + "</a:RelatesTo>";
    }
    if (sealing.is_signed) {
        head += "<w:Security e:mustUnderstand=\"1\"><w:BinarySecurityToken u:Id=\"token\" EncodingType=\"" +
                std::string(kBase64) + "\" ValueType=\"" + kTokenType + "\">" + base::toBase64(seal.der()) +
                "</w:BinarySecurityToken><u:Timestamp u:Id=\"timestamp\"><u:Created>" + utcText(sealing.created_ms) +
                "</u:Created><u:Expires>" + utcText(sealing.created_ms + kToleranceMillis) +
                "</u:Expires></u:Timestamp></w:Security>";
    }
    Document document = parse(
        "<e:Envelope xmlns:e=\"" + soap + "\" xmlns:a=\"" + kAddressing + "\" xmlns:w=\"" + kSecurity + "\" xmlns:u=\"" +
        kUtility + "\"><e:Header>" + head + "</e:Header><e:Body u:Id=\"body\">" + sealing.content + "</e:Body></e:Envelope>"
    );
    if (!document) throw std::runtime_error("the answer is no XML");
    if (!sealing.is_signed) return document;
    const auto parts = childrenOf(xmlDocGetRootElement(document.get()));
    xmlNode* security = onlyChild(parts[0], kSecurity, "Security");
    std::vector<xmlNode*> covered{parts[1], onlyChild(security, kUtility, "Timestamp")};
    if (xmlNode* relates_to = onlyChild(parts[0], kAddressing, "RelatesTo")) covered.push_back(relates_to);
    const xmlSecTransformId method =
        seal.method() == Seal::kRsaSha256 ? xmlSecTransformRsaSha256Id : xmlSecTransformEcdsaSha256Id;
    xmlNode* signature =
        xmlSecTmplSignatureCreateNsPref(document.get(), xmlSecTransformExclC14NId, method, nullptr, xmlText("ds"));
    xmlAddChild(security, signature);
    for (xmlNode* node : covered) {
        registerId(document.get(), node);
        xmlNode* reference = xmlSecTmplSignatureAddReference(
            signature, xmlSecTransformSha256Id, nullptr, xmlText(("#" + idOf(node)).c_str()), nullptr
        );
        xmlSecTmplReferenceAddTransform(reference, xmlSecTransformExclC14NId);
    }
    xmlNode* info = xmlSecTmplSignatureEnsureKeyInfo(signature, nullptr);
    xmlNs* security_space = xmlSearchNsByHref(document.get(), security, xmlText(kSecurity));
    xmlNode* token = xmlNewChild(info, security_space, xmlText("SecurityTokenReference"), nullptr);
    xmlNode* named = xmlNewChild(token, security_space, xmlText("Reference"), nullptr);
    xmlNewProp(named, xmlText("URI"), xmlText("#token"));
    xmlNewProp(named, xmlText("ValueType"), xmlText(kTokenType));
    const Context context(xmlSecDSigCtxCreate(nullptr));
    context->signKey = xmlSecKeyDuplicate(seal.key());
    if (xmlSecDSigCtxSign(context.get(), signature) < 0) throw std::runtime_error("signing failed");
    return document;
}

}  // namespace yht::exchange_sim
