#include "gateway/crypto/provider/pkcs11_key.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/crypto/digest.h"
#include "gateway/crypto/key_forms.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/provider/device_worker.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;
using base::makeError;

constexpr CK_ULONG kSlotsMax = 64;
constexpr std::size_t kAttributeBytesMax = 8192;
// PKCS #11 3.0 section 2.3; p11-kit's header of Debian 12 stops before it.
constexpr CK_KEY_TYPE kKeyTypeEdwards = 0x40;
constexpr CK_MECHANISM_TYPE kMechanismEddsa = 0x1057;
constexpr CK_RSA_PKCS_MGF_TYPE kMgf1Sha512 = 4;

base::Error pkcs11Error(const std::string& what, CK_RV code) {
    const std::string text = what + ": " + p11_kit_strerror(code);
    switch (code) {
        case CKR_PIN_INCORRECT:
        case CKR_PIN_INVALID:
        case CKR_PIN_LEN_RANGE:
        case CKR_PIN_LOCKED:
        case CKR_PIN_EXPIRED:
        case CKR_USER_NOT_LOGGED_IN:
        case CKR_USER_PIN_NOT_INITIALIZED: return makeError(ErrorCode::KeyPinRefused, text);
        case CKR_DEVICE_ERROR:
        case CKR_DEVICE_REMOVED:
        case CKR_TOKEN_NOT_PRESENT:
        case CKR_TOKEN_NOT_RECOGNIZED:
        case CKR_SLOT_ID_INVALID:
        case CKR_SESSION_CLOSED:
        case CKR_SESSION_HANDLE_INVALID: return makeError(ErrorCode::KeyDeviceAbsent, text);
        case CKR_KEY_HANDLE_INVALID:
        case CKR_OBJECT_HANDLE_INVALID: return makeError(ErrorCode::KeyMissing, text);
        default: return makeError(ErrorCode::CryptoFailed, text);
    }
}

struct UriFree {
    void operator()(P11KitUri* uri) const { p11_kit_uri_free(uri); }
};

/// The module's functions, loaded and initialised; several where no path says which.
class Modules {
public:
    explicit Modules(const std::string& path) {
        if (path.empty()) {
            all_ = p11_kit_modules_load_and_initialize(0);
            for (auto** each = all_; each != nullptr && *each != nullptr; ++each) list_.push_back(*each);
            return;
        }
        one_ = p11_kit_module_load(path.c_str(), 0);
        if (one_ == nullptr) return;
        if (p11_kit_module_initialize(one_) == CKR_OK) {
            list_.push_back(one_);
        } else {
            p11_kit_module_release(std::exchange(one_, nullptr));
        }
    }
    ~Modules() {
        if (all_ != nullptr) p11_kit_modules_finalize_and_release(all_);
        if (one_ == nullptr) return;
        p11_kit_module_finalize(one_);
        p11_kit_module_release(one_);
    }
    Modules(const Modules&) = delete;
    Modules& operator=(const Modules&) = delete;

    const std::vector<CK_FUNCTION_LIST*>& list() const { return list_; }

private:
    std::vector<CK_FUNCTION_LIST*> list_;
    CK_FUNCTION_LIST** all_ = nullptr;
    CK_FUNCTION_LIST* one_ = nullptr;
};

/// A session that is logged in and knows the key. Used by the worker's thread only.
class Token {
public:
    Token(std::string name, std::string uri, std::string module_path, std::string pin)
        : name_(std::move(name)), uri_text_(std::move(uri)), module_path_(std::move(module_path)), pin_(std::move(pin)) {}
    ~Token() { close(); }
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;

    /// SubjectPublicKeyInfo of the key's public half.
    base::Result<base::Bytes> publicKey();
    base::Result<base::Bytes> sign(CK_MECHANISM_TYPE type, base::Bytes parameter, base::Bytes data);

private:
    base::Status open();
    base::Status openModules();
    base::Status openSession();
    base::Status logIn();
    base::Status findKey();
    void close();
    base::Result<std::vector<CK_OBJECT_HANDLE>> find(std::vector<CK_ATTRIBUTE> attributes);
    base::Result<base::Bytes> attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);
    base::Result<base::Bytes> ellipticKey(CK_OBJECT_HANDLE object);
    base::Result<base::Bytes> rsaKey(CK_OBJECT_HANDLE object);
    base::Error failed(const char* call, CK_RV code) const { return pkcs11Error(name_ + ": " + call, code); }

    const std::string name_, uri_text_, module_path_, pin_;
    std::unique_ptr<P11KitUri, UriFree> uri_;
    std::unique_ptr<Modules> modules_;
    CK_FUNCTION_LIST* functions_ = nullptr;
    CK_SESSION_HANDLE session_ = CK_INVALID_HANDLE;
    CK_OBJECT_HANDLE key_ = CK_INVALID_HANDLE;
};

base::Status Token::openModules() {
    uri_.reset(mustNotFail(p11_kit_uri_new()));
    if (p11_kit_uri_parse(uri_text_.c_str(), P11_KIT_URI_FOR_OBJECT_ON_TOKEN, uri_.get()) != P11_KIT_URI_OK ||
        p11_kit_uri_any_unrecognized(uri_.get()) != 0) {
        return makeError(ErrorCode::ConfigInvalid, name_ + ": is no PKCS#11 URI (RFC 7512)");
    }
    modules_ = std::make_unique<Modules>(module_path_);
    if (!modules_->list().empty()) return {};
    const char* why = p11_kit_message();
    modules_.reset();
    return makeError(
        ErrorCode::KeyDeviceAbsent,
        name_ + ": no PKCS#11 module " + (module_path_.empty() ? "is registered with p11-kit" : module_path_) +
            (why == nullptr ? "" : std::string(": ") + why)
    );
}

base::Status Token::openSession() {
    for (auto* functions : modules_->list()) {
        CK_SLOT_ID slots[kSlotsMax];
        CK_ULONG count = kSlotsMax;
        if (functions->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK) continue;
        for (CK_ULONG index = 0; index < count; ++index) {
            CK_TOKEN_INFO info;
            if (functions->C_GetTokenInfo(slots[index], &info) != CKR_OK ||
                p11_kit_uri_match_token_info(uri_.get(), &info) != 1) {
                continue;
            }
            const CK_RV code = functions->C_OpenSession(slots[index], CKF_SERIAL_SESSION, nullptr, nullptr, &session_);
            if (code != CKR_OK) return failed("C_OpenSession", code);
            functions_ = functions;
            return {};
        }
    }
    return makeError(ErrorCode::KeyDeviceAbsent, name_ + ": no such token");
}

base::Status Token::logIn() {
    if (pin_.empty()) return {};  // what needs a login says so
    base::Bytes pin = pin_;
    const CK_RV code = functions_->C_Login(session_, CKU_USER, octets(pin), pin.size());
    return code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN ? base::Status() : failed("C_Login", code);
}

base::Result<std::vector<CK_OBJECT_HANDLE>> Token::find(std::vector<CK_ATTRIBUTE> attributes) {
    CK_RV code = functions_->C_FindObjectsInit(session_, attributes.data(), attributes.size());
    if (code != CKR_OK) return failed("C_FindObjectsInit", code);
    CK_OBJECT_HANDLE found[2];
    CK_ULONG count = 0;
    code = functions_->C_FindObjects(session_, found, 2, &count);
    functions_->C_FindObjectsFinal(session_);
    if (code != CKR_OK) return failed("C_FindObjects", code);
    return std::vector<CK_OBJECT_HANDLE>(found, found + count);
}

base::Status Token::findKey() {
    CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY;
    std::vector<CK_ATTRIBUTE> wanted = {{CKA_CLASS, &private_class, sizeof private_class}};
    for (const CK_ATTRIBUTE_TYPE type : {CKA_LABEL, CKA_ID}) {
        if (const auto* given = p11_kit_uri_get_attribute(uri_.get(), type)) wanted.push_back(*given);
    }
    const auto found = find(wanted);
    if (!found.ok()) return found.error();
    if (found->size() == 1) {
        key_ = found->front();
        return {};
    }
    // A token shows its private keys only to who has logged in.
    if (found->empty() && pin_.empty()) {
        return makeError(ErrorCode::KeyPinRefused, name_ + ": nothing is visible without a PIN; name its pin-source");
    }
    return makeError(
        ErrorCode::KeyMissing,
        name_ + (found->empty() ? ": the token has no such private key" : ": several private keys; add id= to the URI")
    );
}

base::Status Token::open() {
    if (key_ != CK_INVALID_HANDLE) return {};
    auto status = openModules();
    if (status.ok()) status = openSession();
    if (status.ok()) status = logIn();
    if (status.ok()) status = findKey();
    if (!status.ok()) close();
    return status;
}

void Token::close() {
    if (session_ != CK_INVALID_HANDLE) functions_->C_CloseSession(session_);
    session_ = key_ = CK_INVALID_HANDLE;
    functions_ = nullptr;
    modules_.reset();
}

base::Result<base::Bytes> Token::attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
    base::Bytes value(kAttributeBytesMax, '\0');
    CK_ATTRIBUTE wanted{type, value.data(), value.size()};
    const CK_RV code = functions_->C_GetAttributeValue(session_, object, &wanted, 1);
    if (code != CKR_OK || wanted.ulValueLen > value.size()) return failed("C_GetAttributeValue", code);
    value.resize(wanted.ulValueLen);
    return value;
}

/// The content of a DER OCTET STRING shorter than 256 octets; tokens that hand out the bare point are taken, too.
base::BytesView pointOf(base::BytesView text, std::size_t bare_bytes) {
    if (text.size() == bare_bytes) return text;
    const std::size_t head = text.size() > 2 && static_cast<unsigned char>(text[1]) == 0x81 ? 3 : 2;
    return text.size() == head + bare_bytes && text[0] == 4 ? text.substr(head) : base::BytesView();
}

struct CurveRow {
    const char* parameters;  // DER of the OID, or the name as a PrintableString
    const char* head;        // SubjectPublicKeyInfo before the point
    std::size_t point_bytes;
};
constexpr CurveRow kCurves[] = {
    {"06082a8648ce3d030107", "3059301306072a8648ce3d020106082a8648ce3d030107034200", 65},
    {"06052b81040022", "3076301006072a8648ce3d020106052b81040022036200", 97},
    {"06032b6570", "302a300506032b6570032100", 32},
    {"130c656477617264733235353139", "302a300506032b6570032100", 32},
};

base::Result<base::Bytes> Token::ellipticKey(CK_OBJECT_HANDLE object) {
    auto parameters = attribute(object, CKA_EC_PARAMS);
    if (!parameters.ok()) return parameters;
    auto point = attribute(object, CKA_EC_POINT);
    if (!point.ok()) return point;
    for (const auto& row : kCurves) {
        if (base::toHex(*parameters) != row.parameters) continue;
        const auto bare = pointOf(*point, row.point_bytes);
        if (!bare.empty()) return *base::fromHex(row.head) + base::Bytes(bare);
    }
    return makeError(ErrorCode::CryptoFailed, name_ + ": the key's curve is none of P-256, P-384 and Ed25519");
}

base::Result<base::Bytes> Token::rsaKey(CK_OBJECT_HANDLE object) {
    const auto modulus = attribute(object, CKA_MODULUS);
    if (!modulus.ok()) return modulus.error();
    const auto exponent = attribute(object, CKA_PUBLIC_EXPONENT);
    if (!exponent.ok()) return exponent.error();
    BIGNUM* const n = mustNotFail(BN_bin2bn(octets(base::BytesView(*modulus)), static_cast<int>(modulus->size()), nullptr));
    BIGNUM* const e = mustNotFail(BN_bin2bn(octets(base::BytesView(*exponent)), static_cast<int>(exponent->size()), nullptr));
    OSSL_PARAM_BLD* const builder = mustNotFail(OSSL_PARAM_BLD_new());
    mustNotFail(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1);
    mustNotFail(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1);
    OSSL_PARAM* const parameters = mustNotFail(OSSL_PARAM_BLD_to_param(builder));
    const KeyContext context(mustNotFail(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)));
    EVP_PKEY* made = nullptr;
    mustNotFail(EVP_PKEY_fromdata_init(context.get()) == 1);
    const bool done = EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters) == 1;
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    BN_free(n);
    BN_free(e);
    const KeyHandle handle(made);
    if (!done) return opensslError(name_ + ": the RSA key can't be read");
    base::Bytes der(static_cast<std::size_t>(i2d_PUBKEY(handle.get(), nullptr)), '\0');
    unsigned char* out = octets(der);
    i2d_PUBKEY(handle.get(), &out);
    return der;
}

base::Result<base::Bytes> Token::publicKey() {
    if (auto ready = open(); !ready.ok()) return ready.error();
    const auto type = attribute(key_, CKA_KEY_TYPE);
    if (!type.ok()) return type.error();
    CK_KEY_TYPE key_type = 0;
    if (type->size() == sizeof key_type) std::memcpy(&key_type, type->data(), sizeof key_type);
    if (key_type == CKK_RSA) return rsaKey(key_);
    if (key_type != CKK_EC && key_type != kKeyTypeEdwards) {
        return makeError(ErrorCode::CryptoFailed, name_ + ": its type is not EC, Ed25519 or RSA");
    }
    // The point is an attribute of the public object, which shares the private one's CKA_ID.
    auto id = attribute(key_, CKA_ID);
    if (!id.ok()) return id;
    CK_OBJECT_CLASS public_class = CKO_PUBLIC_KEY;
    const auto found = find({{CKA_CLASS, &public_class, sizeof public_class}, {CKA_ID, id->data(), id->size()}});
    if (!found.ok()) return found.error();
    if (found->size() != 1) {
        return makeError(ErrorCode::KeyMissing, name_ + ": the token has no one public key of the private key's id");
    }
    return ellipticKey(found->front());
}

base::Result<base::Bytes> Token::sign(CK_MECHANISM_TYPE type, base::Bytes parameter, base::Bytes data) {
    if (auto ready = open(); !ready.ok()) return ready.error();
    CK_MECHANISM mechanism{type, parameter.empty() ? nullptr : parameter.data(), parameter.size()};
    CK_RV code = functions_->C_SignInit(session_, &mechanism, key_);
    base::Bytes signature(kAttributeBytesMax, '\0');
    CK_ULONG length = signature.size();
    if (code == CKR_OK) code = functions_->C_Sign(session_, octets(data), data.size(), octets(signature), &length);
    if (code == CKR_OK) {
        signature.resize(length);
        return signature;
    }
    auto error = failed("C_Sign", code);
    // A token that was pulled out, or a session that it dropped: the next call begins anew.
    close();
    return error;
}

struct Mechanism {
    CK_MECHANISM_TYPE type = 0;
    base::Bytes parameter;
    base::Bytes data;
};

/// PKCS#1 version 1.5 wants the DigestInfo of SHA-256 in front (RFC 8017 section 9.2, note 1).
base::Bytes digestInfo(base::BytesView digest) {
    return *base::fromHex("3031300d060960864801650304020105000420") + base::Bytes(digest);
}

Mechanism mechanismOf(SignatureAlgorithm algorithm, base::BytesView prepared) {
    switch (algorithm) {
        case SignatureAlgorithm::EcdsaP256Sha256:
        case SignatureAlgorithm::EcdsaP384Sha384: return {CKM_ECDSA, {}, base::Bytes(prepared)};
        case SignatureAlgorithm::Ed25519: return {kMechanismEddsa, {}, base::Bytes(prepared)};
        case SignatureAlgorithm::RsaV15Sha256: return {CKM_RSA_PKCS, {}, digestInfo(prepared)};
        case SignatureAlgorithm::RsaPssSha512: {
            const CK_RSA_PKCS_PSS_PARAMS pss{CKM_SHA512, kMgf1Sha512, 64};
            return {CKM_RSA_PKCS_PSS, {reinterpret_cast<const char*>(&pss), sizeof pss}, base::Bytes(prepared)};
        }
        case SignatureAlgorithm::Sm2Sm3: break;  // publicKey() let no SM2 key in
    }
    YHT_ASSERT(false);
}

class Pkcs11Key final : public KeyOperations {
public:
    Pkcs11Key(std::shared_ptr<Token> token, std::unique_ptr<DeviceWorker> worker, PublicKey public_key)
        : token_(std::move(token)), worker_(std::move(worker)), public_key_(std::move(public_key)) {}

    PublicKey publicKey() const override { return public_key_; }
    base::Result<base::Bytes> sign(SignatureAlgorithm algorithm, base::BytesView prepared) const override {
        return worker_->run([token = token_, mechanism = mechanismOf(algorithm, prepared)] {
            return token->sign(mechanism.type, mechanism.parameter, mechanism.data);
        });
    }
    base::Result<base::Bytes> decrypt(base::BytesView) const override {
        return algorithmRefused(SignatureAlgorithm::Sm2Sm3);
    }

private:
    const std::shared_ptr<Token> token_;
    const std::unique_ptr<DeviceWorker> worker_;
    const PublicKey public_key_;
};

}  // namespace

base::Result<std::shared_ptr<const KeyOperations>> openPkcs11Key(
    const KeyReference& reference, std::string pin, std::int64_t deadline_ms
) {
    auto token = std::make_shared<Token>(
        reference.shown(), "pkcs11:" + reference.path, reference.queryValue("module-path"), std::move(pin)
    );
    auto worker = std::make_unique<DeviceWorker>(reference.shown(), deadline_ms);
    auto der = worker->run([token] { return token->publicKey(); });
    if (!der.ok()) return std::move(der).error();
    auto public_key = PublicKey::fromDer(*der);
    if (!public_key.ok()) return std::move(public_key).error();
    return std::shared_ptr<const KeyOperations>(
        std::make_shared<const Pkcs11Key>(std::move(token), std::move(worker), *std::move(public_key))
    );
}

}  // namespace yht::crypto
