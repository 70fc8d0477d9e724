#include "gateway/trust/xml_signature.h"

#include <libxml/tree.h>
#include <libxml/valid.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "gateway/base/assert.h"

namespace yht::trust {
namespace {

constexpr std::size_t kKeysKeptMax = 1024;

struct ContextDeleter {
    void operator()(xmlSecDSigCtx* context) const { xmlSecDSigCtxDestroy(context); }
};
struct KeyDeleter {
    void operator()(xmlSecKey* key) const { xmlSecKeyDestroy(key); }
};
using Context = std::unique_ptr<xmlSecDSigCtx, ContextDeleter>;
using Key = std::unique_ptr<xmlSecKey, KeyDeleter>;

xmlNode* nodeOf(const xml::Element& element) {
    // xmlsec takes no const nodes; nothing but ids is changed.
    return const_cast<xmlNode*>(element.native());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

const xmlChar* xmlText(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

/// Keys of certificates that signed lately: decoding one costs as much as a verification. The oldest goes first.
class Keys {
public:
    Key find(const crypto::Certificate& signer) {
        const std::lock_guard lock(mutex_);
        auto& kept = keys_[signer.fingerprint()];
        if (!kept) {
            kept = load(signer);
            if (!kept) {
                keys_.erase(signer.fingerprint());
                return nullptr;
            }
            order_.push_back(signer.fingerprint());
            if (order_.size() > kKeysKeptMax) {
                keys_.erase(order_.front());
                order_.pop_front();
            }
            return Key(xmlSecKeyDuplicate(keys_.at(signer.fingerprint()).get()));
        }
        return Key(xmlSecKeyDuplicate(kept.get()));
    }

private:
    static Key load(const crypto::Certificate& signer) {
        const base::Bytes der = signer.toDer();
        return Key(xmlSecCryptoAppKeyLoadMemory(
            reinterpret_cast<const xmlSecByte*>(der.data()), static_cast<xmlSecSize>(der.size()),
            xmlSecKeyDataFormatCertDer, nullptr, nullptr, nullptr
        ));
    }

    std::mutex mutex_;
    std::unordered_map<std::string, Key> keys_;  // protected by mutex_
    std::list<std::string> order_;               // protected by mutex_
};

/// What is registered here can be referred to, and nothing else.
bool registerIds(const xml::Document& document, const std::vector<CoveredElement>& covered) {
    for (const CoveredElement& each : covered) {
        xmlNode* node = nodeOf(each.element);
        xmlAttr* attribute = xmlHasNsProp(node, xmlText("Id"), xmlText(kSecurityUtilityNamespace));
        if (attribute == nullptr) attribute = xmlHasNsProp(node, xmlText("Id"), nullptr);
        if (attribute == nullptr) return false;
        if (attribute->atype == XML_ATTRIBUTE_ID) continue;
        if (xmlAddID(nullptr, document.native(), xmlText(each.id.c_str()), attribute) == nullptr) return false;
    }
    return true;
}

bool allowOnly(xmlSecDSigCtx& context) {
    context.flags |= XMLSEC_DSIG_FLAGS_STORE_SIGNATURE | XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES;
    context.enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
    const xmlSecTransformId transforms[] = {xmlSecTransformExclC14NId, xmlSecTransformSha256Id};
    for (const auto transform : transforms) {
        if (xmlSecDSigCtxEnableReferenceTransform(&context, transform) < 0) return false;
    }
    const xmlSecTransformId methods[] = {
        xmlSecTransformExclC14NId, xmlSecTransformRsaSha256Id, xmlSecTransformEcdsaSha256Id};
    for (const auto method : methods) {
        if (xmlSecDSigCtxEnableSignatureTransform(&context, method) < 0) return false;
    }
    return true;
}

bool digestsHold(const xmlSecDSigCtx& context, std::size_t count) {
    auto* references = const_cast<xmlSecPtrList*>(&context.signedInfoReferences);  // NOLINT: xmlsec has no const
    const xmlSecSize size = xmlSecPtrListGetSize(references);
    if (size != count) return false;
    for (xmlSecSize i = 0; i < size; ++i) {
        const auto* reference = static_cast<xmlSecDSigReferenceCtx*>(xmlSecPtrListGetItem(references, i));
        if (reference->status != xmlSecDSigStatusSucceeded) return false;
    }
    return true;
}

std::string textOf(xmlSecBuffer* buffer) {
    if (buffer == nullptr) return {};
    return {reinterpret_cast<const char*>(xmlSecBufferGetData(buffer)), xmlSecBufferGetSize(buffer)};
}

/// What was digested under that id, "" where nothing was.
std::string digestedOf(xmlSecDSigCtx& context, const std::string& id) {
    const std::string uri = '#' + id;
    for (xmlSecSize i = 0; i < xmlSecPtrListGetSize(&context.signedInfoReferences); ++i) {
        auto* reference = static_cast<xmlSecDSigReferenceCtx*>(xmlSecPtrListGetItem(&context.signedInfoReferences, i));
        if (reference->uri == nullptr || uri != reinterpret_cast<const char*>(reference->uri)) continue;
        return textOf(xmlSecDSigReferenceCtxGetPreDigestBuffer(reference));
    }
    return {};
}

// xmlsec would print what it meets, the message's own text among it, to standard error.
void saysNothing(const char*, int, const char*, const char*, const char*, int, const char*) {}

}  // namespace

void setUpXmlSecurity() {
    static std::once_flag once;
    std::call_once(once, [] {
        YHT_ASSERT(xmlSecInit() == 0);
        YHT_ASSERT(xmlSecCheckVersion() == 1);
        YHT_ASSERT(xmlSecCryptoAppInit(nullptr) == 0);
        YHT_ASSERT(xmlSecCryptoInit() == 0);
        xmlSecErrorsSetCallback(saysNothing);
    });
}

base::Result<XmlSignatureCheck> checkXmlSignature(
    const xml::Document& document, const SecurityForm& form, const crypto::Certificate& signer
) {
    static Keys keys;
    const auto failed = [](const char* what) { return base::makeError(base::ErrorCode::CryptoFailed, what); };
    Context context(xmlSecDSigCtxCreate(nullptr));
    if (!context || !allowOnly(*context)) return failed("xmlsec: context");
    context->signKey = keys.find(signer).release();  // owned by the context from here on
    if (context->signKey == nullptr) return failed("xmlsec: key of a registered certificate");
    if (!registerIds(document, form.covered)) return base::makeError(base::ErrorCode::SignatureIds);
    // Below zero: the form is one that xmlsec can't process; with what readSecurity lets through that is a value
    // that is no base64 or of another length than the key makes.
    const bool ran = xmlSecDSigCtxVerify(context.get(), nodeOf(form.signature)) >= 0;
    XmlSignatureCheck check;
    const bool digests = digestsHold(*context, form.covered.size());
    if (!digests && ran) check.verdict = XmlSignatureCheck::Verdict::DigestDiffers;
    if (ran && digests && context->status == xmlSecDSigStatusSucceeded) check.verdict = XmlSignatureCheck::Verdict::Valid;
    check.signed_info = textOf(xmlSecDSigCtxGetPreSignBuffer(context.get()));
    check.first = digestedOf(*context, form.covered.front().id);
    return check;
}

}  // namespace yht::trust
