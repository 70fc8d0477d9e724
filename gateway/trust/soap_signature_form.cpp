#include "gateway/trust/soap_signature_form.h"

#include <algorithm>
#include <set>

#include "gateway/xml/stream_parser.h"

namespace yht::trust {
namespace {

using base::ErrorCode;
using xml::Element;

base::Error refused(ErrorCode code, const std::string& en, const std::string& zh) {
    return base::makePublicError(code, en, zh);
}

bool is(const Element& element, std::string_view space, std::string_view name) {
    return element.localName() == name && element.namespaceUri() == space;
}

/// Every value of every attribute that XML signatures may take for an id.
class Ids final : public xml::Events {
public:
    bool onStart(const xml::StartElement& tag) override {
        for (const auto& attribute : tag.attributes) {
            const bool named = attribute.local_name == "Id" || attribute.local_name == "ID" ||
                               attribute.local_name == "id" || attribute.local_name == "AssertionID";
            if (named && !seen_.emplace(attribute.value).second) twice_ = true;
        }
        return !twice_;
    }
    bool onText(std::string_view) override { return true; }
    bool onEnd() override { return true; }
    bool twice() const { return twice_; }

private:
    std::set<std::string, std::less<>> seen_;
    bool twice_ = false;
};

base::Error notSigned() {
    return refused(
        ErrorCode::SignatureMissing,
        "The Header must have a WS-Security block with a Timestamp and a Signature over Body and Timestamp.",
        "Header 中须有 WS-Security 的 Security 条目,含 Timestamp 及覆盖 Body 与 Timestamp 的 Signature。"
    );
}

struct HeaderBlocks {
    std::optional<Element> security;
    std::vector<Element> addressing;
};

bool mustBeUnderstood(const Element& block, std::string_view soap_space) {
    const auto mark = block.attribute("mustUnderstand", soap_space);
    return mark && (*mark == "1" || *mark == "true");
}

bool isForUs(const Element& block, SoapVersion version) {
    const char* name = version == SoapVersion::V11 ? "actor" : "role";
    const auto whom = block.attribute(name, soapNamespace(version));
    return !whom || whom->empty() || whom->ends_with("/role/ultimateReceiver") ||
           whom->ends_with("/actor/next") || whom->ends_with("/role/next");
}

base::Result<HeaderBlocks> readHeader(const SoapEnvelope& envelope) {
    HeaderBlocks blocks;
    if (!envelope.header) return notSigned();
    std::size_t count = 0;
    for (auto block = envelope.header->firstChild(); block; block = block->nextSibling()) {
        if (++count > kHeaderBlocksMax) {
            return refused(ErrorCode::SoapMalformed, "The Header has too many blocks.", "Header 中的条目过多。");
        }
        if (is(*block, kSecurityNamespace, "Security")) {
            // One for somebody else beside ours is what wrapping attacks are made of.
            if (blocks.security || !isForUs(*block, envelope.version)) {
                return refused(
                    ErrorCode::SignatureAmbiguous, "The Header must have exactly one Security block, without another actor or role.",
                    "Header 中须恰好有一个 Security,且不得指定其他 actor 或 role。"
                );
            }
            blocks.security = *block;
        } else if (block->namespaceUri() == kAddressingNamespace) {
            blocks.addressing.push_back(*block);
        } else if (mustBeUnderstood(*block, soapNamespace(envelope.version))) {
            return base::makeError(ErrorCode::SoapMustUnderstand);
        }
    }
    if (!blocks.security) return notSigned();
    return blocks;
}

struct SecurityParts {
    std::optional<Element> token, timestamp, signature;
};

base::Result<SecurityParts> readParts(const Element& security) {
    SecurityParts parts;
    for (auto part = security.firstChild(); part; part = part->nextSibling()) {
        std::optional<Element>* slot = nullptr;
        if (is(*part, kSecurityNamespace, "BinarySecurityToken")) slot = &parts.token;
        if (is(*part, kSecurityUtilityNamespace, "Timestamp")) slot = &parts.timestamp;
        if (is(*part, kSignatureNamespace, "Signature")) slot = &parts.signature;
        if (slot == nullptr) {
            return refused(
                ErrorCode::SignatureMalformed,
                "Security holds BinarySecurityToken, Timestamp and Signature, and nothing else.",
                "Security 中只能有 BinarySecurityToken、Timestamp 与 Signature。"
            );
        }
        if (*slot) {
            return refused(
                ErrorCode::SignatureAmbiguous, "Security must hold one Signature, one Timestamp and at most one token.",
                "Security 中须恰好有一个 Signature、一个 Timestamp,至多一个令牌。"
            );
        }
        *slot = *part;
    }
    if (!parts.signature) return notSigned();
    if (!parts.timestamp) return base::makeError(ErrorCode::SignatureTimestamp);
    return parts;
}

base::Error malformedSignature() {
    return refused(
        ErrorCode::SignatureMalformed,
        "Signature must hold SignedInfo, SignatureValue and KeyInfo once each, in this order, and nothing else.",
        "Signature 中须依次恰好有一个 SignedInfo、SignatureValue 与 KeyInfo,不得有其他内容。"
    );
}

/// Exactly these children in this order, all of the signature's namespace.
std::optional<std::vector<Element>> childrenNamed(const Element& parent, const std::vector<const char*>& names) {
    std::vector<Element> children;
    for (auto child = parent.firstChild(); child; child = child->nextSibling()) {
        if (children.size() == names.size() || !is(*child, kSignatureNamespace, names[children.size()])) return std::nullopt;
        children.push_back(*child);
    }
    if (children.size() != names.size()) return std::nullopt;
    return children;
}

base::Error transformRefused() {
    return refused(
        ErrorCode::SignatureTransform,
        std::string("Only exclusive C14N without comments is taken: ") + kExclusiveC14n,
        std::string("只接受不含注释的独占规范化: ") + kExclusiveC14n
    );
}

/// CanonicalizationMethod or Transform: exclusive C14N, with at most a list of prefixes.
base::Status checkCanonicalization(const Element& method) {
    if (method.attribute("Algorithm").value_or("") != kExclusiveC14n) return transformRefused();
    auto inside = method.firstChild();
    if (!inside) return {};
    const bool prefixes = is(*inside, kExclusiveC14n, "InclusiveNamespaces") && !inside->firstChild() &&
                          inside->attribute("PrefixList").value_or("").size() <= kInclusivePrefixesBytesMax;
    if (!prefixes || inside->nextSibling()) return transformRefused();
    return {};
}

base::Error referenceRefused(const std::string& en, const std::string& zh) {
    return refused(ErrorCode::SignatureReference, en, zh);
}

/// The id that a Reference points at.
base::Result<std::string> readReference(const Element& reference) {
    const auto parts = childrenNamed(reference, {"Transforms", "DigestMethod", "DigestValue"});
    if (!parts) return transformRefused();
    const auto transforms = childrenNamed(parts->front(), {"Transform"});
    if (!transforms) return transformRefused();
    if (auto exclusive = checkCanonicalization(transforms->front()); !exclusive) return std::move(exclusive).error();
    if ((*parts)[1].attribute("Algorithm").value_or("") != kDigestSha256 || (*parts)[1].firstChild()) {
        return refused(ErrorCode::SignatureAlgorithm, "DigestMethod must be SHA-256.", "DigestMethod 须为 SHA-256。");
    }
    const auto uri = reference.attribute("URI");
    const bool local = uri && uri->size() > 1 && uri->front() == '#' && uri->find_first_of("('\"/ ") == uri->npos;
    if (!local) {
        return referenceRefused(
            "A Reference must point at an element of this message by its id (\"#id\").",
            "Reference 须以 \"#id\" 指向本报文中的元素。"
        );
    }
    return uri->substr(1);
}

struct SignedInfo {
    std::string method;
    std::vector<std::string> ids;
};

base::Result<SignedInfo> readSignedInfo(const Element& info) {
    SignedInfo read;
    auto part = info.firstChild();
    if (!part || !is(*part, kSignatureNamespace, "CanonicalizationMethod")) return malformedSignature();
    if (auto exclusive = checkCanonicalization(*part); !exclusive) return std::move(exclusive).error();
    part = part->nextSibling();
    if (!part || !is(*part, kSignatureNamespace, "SignatureMethod") || part->firstChild()) return malformedSignature();
    read.method = part->attribute("Algorithm").value_or("");
    for (part = part->nextSibling(); part; part = part->nextSibling()) {
        if (!is(*part, kSignatureNamespace, "Reference")) return malformedSignature();
        if (read.ids.size() == kSignatureReferencesMax) return malformedSignature();
        auto id = readReference(*part);
        if (!id) return std::move(id).error();
        if (std::find(read.ids.begin(), read.ids.end(), *id) != read.ids.end()) {
            return referenceRefused("Two References point at the same element.", "两个 Reference 指向同一元素。");
        }
        read.ids.push_back(*std::move(id));
    }
    return read;
}

/// The elements that may be signed, each at its one place, and whether each must be.
struct Place {
    Element element;
    std::string name;
    bool required;
};

std::vector<Place> placesOf(const SoapEnvelope& envelope, const HeaderBlocks& blocks, const SecurityParts& parts) {
    std::vector<Place> places = {{envelope.body, "Body", true}, {*parts.timestamp, "Timestamp", true}};
    for (const Element& block : blocks.addressing) places.push_back({block, std::string(block.localName()), true});
    if (parts.token) places.push_back({*parts.token, "BinarySecurityToken", false});
    return places;
}

base::Result<std::vector<CoveredElement>> coveredBy(const std::vector<std::string>& ids, const std::vector<Place>& places) {
    std::vector<CoveredElement> covered;
    for (const Place& place : places) {
        const std::string id = referenceIdOf(place.element);
        if (!id.empty() && std::find(ids.begin(), ids.end(), id) != ids.end()) {
            covered.push_back({place.element, id});
        } else if (place.required) {
            return refused(
                ErrorCode::SignatureUncovered, place.name + " must have a wsu:Id and be signed.",
                place.name + " 须有 wsu:Id 并被签名覆盖。"
            );
        }
    }
    if (covered.size() != ids.size()) {
        return referenceRefused(
            "A Reference points at something other than Body, Timestamp, BinarySecurityToken or a WS-Addressing header.",
            "Reference 指向了 Body、Timestamp、BinarySecurityToken 或 WS-Addressing 头以外的元素。"
        );
    }
    return covered;
}

}  // namespace

std::string referenceIdOf(const Element& element) {
    const auto utility = element.attribute("Id", kSecurityUtilityNamespace);
    return utility ? *utility : element.attribute("Id").value_or("");
}

std::string withoutSpace(const std::string& text) {
    std::string packed;
    std::copy_if(text.begin(), text.end(), std::back_inserter(packed), [](char c) {
        return c != ' ' && c != '\t' && c != '\r' && c != '\n';
    });
    return packed;
}

base::Result<SecurityForm> readSecurity(const xml::Document& document, const SoapEnvelope& envelope) {
    auto blocks = readHeader(envelope);
    if (!blocks) return std::move(blocks).error();
    auto parts = readParts(*blocks->security);
    if (!parts) return std::move(parts).error();
    Ids ids;
    document.root().replay(ids);
    if (ids.twice()) return base::makeError(ErrorCode::SignatureIds);
    const auto inside = childrenNamed(*parts->signature, {"SignedInfo", "SignatureValue", "KeyInfo"});
    if (!inside || (*inside)[1].firstChild()) return malformedSignature();
    auto info = readSignedInfo(inside->front());
    if (!info) return std::move(info).error();
    auto covered = coveredBy(info->ids, placesOf(envelope, *blocks, *parts));
    if (!covered) return std::move(covered).error();
    const auto created = parts->timestamp->firstChild();
    if (!created || !is(*created, kSecurityUtilityNamespace, "Created")) return base::makeError(ErrorCode::SignatureTimestamp);
    const auto expires = created->nextSibling();
    if (expires && (!is(*expires, kSecurityUtilityNamespace, "Expires") || expires->nextSibling())) {
        return base::makeError(ErrorCode::SignatureTimestamp);
    }
    const auto reference = (*inside)[2].firstChild();
    if (!reference || !is(*reference, kSecurityNamespace, "SecurityTokenReference") || reference->nextSibling()) {
        return refused(
            ErrorCode::SignatureMalformed, "KeyInfo must hold one SecurityTokenReference.",
            "KeyInfo 中须恰好有一个 SecurityTokenReference。"
        );
    }
    return SecurityForm{
        .signature = *parts->signature,
        .key_info = *reference,
        .token = parts->token,
        .created = *created,
        .expires = expires,
        .signature_method = info->method,
        .signature_value = withoutSpace((*inside)[1].text()),
        .covered = *std::move(covered)};
}

}  // namespace yht::trust
