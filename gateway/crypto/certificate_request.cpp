#include "gateway/crypto/certificate_request.h"

#include <openssl/pem.h>

#include <algorithm>

#include "gateway/crypto/certificate_extensions.h"
#include "gateway/crypto/certificate_finding.h"
#include "gateway/crypto/openssl_error.h"
#include "gateway/crypto/pem_blocks.h"
#include "gateway/crypto/x509_handles.h"

namespace yht::crypto {
namespace {

constexpr std::size_t kRequestBytesMax = 64 * 1024;

base::Result<ExtensionStack> extensionsOf(const RequestWishes& wishes) {
    ExtensionStack stack(mustNotFail(sk_X509_EXTENSION_new_null()));
    const auto add = [&](X509_EXTENSION* extension) { mustNotFail(sk_X509_EXTENSION_push(stack.get(), extension) > 0); };
    if (!wishes.names.empty()) {
        const NamesHandle names = generalNamesOf(wishes.names);
        if (!names) return refusal(FindingCode::NameNotAllowed, "", "a DNS name is ASCII, an address is IPv4 or IPv6");
        add(newExtension(NID_subject_alt_name, false, names.get()));
    }
    if (!wishes.key_usage.empty()) add(newKeyUsage(wishes.key_usage));
    if (!wishes.extended_key_usage.empty()) {
        EXTENDED_KEY_USAGE* usage = newExtendedKeyUsage(wishes.extended_key_usage);
        if (usage == nullptr) return refusal(FindingCode::UsageWrong, "", "unknown purpose");
        add(newExtension(NID_ext_key_usage, false, usage));
        sk_ASN1_OBJECT_pop_free(usage, ASN1_OBJECT_free);
    }
    return stack;
}

bool isSignedByItsKey(X509_REQ* request) {
    if (X509_REQ_get_signature_nid(request) == NID_SM2_with_SM3) {
        ASN1_OCTET_STRING* id = mustNotFail(ASN1_OCTET_STRING_new());
        mustNotFail(ASN1_OCTET_STRING_set(id, octets(kSm2UserId), static_cast<int>(kSm2UserId.size())) == 1);
        X509_REQ_set0_distinguishing_id(request, id);
    }
    EVP_PKEY* key = X509_REQ_get0_pubkey(request);
    return key != nullptr && X509_REQ_verify(request, key) == 1;
}

void readExtensions(X509_REQ* request, RequestFacts& facts) {
    const ExtensionStack extensions(X509_REQ_get_extensions(request));
    if (!extensions) return;
    const auto find = [&](int nid) { return X509V3_get_d2i(extensions.get(), nid, nullptr, nullptr); };
    if (const NamesHandle names(static_cast<GENERAL_NAMES*>(find(NID_subject_alt_name))); names)
        facts.names = alternativeNamesOf(names.get());
    if (auto* constraints = static_cast<BASIC_CONSTRAINTS*>(find(NID_basic_constraints))) {
        facts.asks_for_ca = constraints->ca != 0;
        BASIC_CONSTRAINTS_free(constraints);
    }
    if (auto* usage = static_cast<EXTENDED_KEY_USAGE*>(find(NID_ext_key_usage))) {
        facts.extended_key_usage = purposeNames(usage);
        sk_ASN1_OBJECT_pop_free(usage, ASN1_OBJECT_free);
    }
}

}  // namespace

base::Result<std::string> makeRequest(const KeyMaterial& key, const RequestWishes& wishes) {
    const NameHandle subject = nameOf(wishes.subject);
    if (!subject || wishes.subject.parts.empty()) return refusal(FindingCode::SubjectMissing, wishes.subject.text(), "as C=CN,O=…,CN=…");
    auto extensions = extensionsOf(wishes);
    if (!extensions) return std::move(extensions).error();
    const RequestHandle request(mustNotFail(X509_REQ_new()));
    mustNotFail(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1);
    mustNotFail(X509_REQ_set_subject_name(request.get(), subject.get()) == 1);
    mustNotFail(X509_REQ_set_pubkey(request.get(), KeyMaterialAccess::handle(key)) == 1);
    if (sk_X509_EXTENSION_num(extensions->get()) > 0) mustNotFail(X509_REQ_add_extensions(request.get(), extensions->get()) == 1);
    const DigestContext context(mustNotFail(EVP_MD_CTX_new()));
    if (!prepareSigning(context.get(), KeyMaterialAccess::handle(key)) || X509_REQ_sign_ctx(request.get(), context.get()) <= 0) {
        return opensslError("the request can't be signed");
    }
    return toPemText("CERTIFICATE REQUEST", encodeDer(request.get(), i2d_X509_REQ));
}

base::Result<RequestFacts> readRequest(std::string_view file) {
    if (file.size() > kRequestBytesMax) return refusal(FindingCode::TooLarge);
    auto der = derOfPem(file, {"CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"});
    if (!der) return std::move(der).error();
    bool exact = false;
    const RequestHandle request(decodeDer(*der, d2i_X509_REQ, exact));
    drainOpensslErrors();
    if (!request) return refusal(FindingCode::Unreadable);
    if (!exact) return refusal(FindingCode::TrailingOctets);
    RequestFacts facts;
    facts.der = *std::move(der);
    facts.subject = nameLine(X509_REQ_get_subject_name(request.get()));
    facts.subject_parts = namePartsOf(X509_REQ_get_subject_name(request.get()));
    const int signature = X509_REQ_get_signature_nid(request.get());
    facts.signature_algorithm = signatureName(signature);
    facts.signature_weak = isWeakSignature(signature, NID_undef);
    const bool is_signed = isSignedByItsKey(request.get());
    drainOpensslErrors();
    if (!is_signed) return refusal(FindingCode::RequestUnsigned, facts.subject);
    facts.key = keyFactsOf(X509_REQ_get0_pubkey(request.get()));
    readExtensions(request.get(), facts);
    drainOpensslErrors();
    return facts;
}

}  // namespace yht::crypto
