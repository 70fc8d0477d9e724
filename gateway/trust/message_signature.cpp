#include "gateway/trust/message_signature.h"

#include <algorithm>

#include "gateway/crypto/certificate.h"
#include "gateway/crypto/digest.h"
#include "gateway/trust/streamed_signature.h"
#include "gateway/trust/structured_field.h"

namespace yht::trust {
namespace {

using base::ErrorCode;

constexpr const char* kLabel = "yht";

base::Error malformed(const std::string& en, const std::string& zh) {
    return base::makePublicError(ErrorCode::SignatureMalformed, en, zh);
}

base::Error badComponent(const std::string& identifier) {
    return malformed(
        "Signature-Input covers " + identifier + ", which can't be covered in this profile.",
        "Signature-Input 所覆盖的 " + identifier + " 不在本规范支持之列。"
    );
}

bool isFieldName(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

base::Result<Component> readComponent(const Item& item) {
    Component component;
    component.identifier = serialize(item);
    const auto* name = std::get_if<std::string>(&item.value);
    if (!name) return badComponent(component.identifier);
    component.name = *name;
    std::string_view bare = component.name;
    if (bare.starts_with('@')) bare.remove_prefix(1);
    if (!isFieldName(bare) || component.name == "@signature-params")
        return badComponent(component.identifier);
    for (const auto& [key, value] : item.parameters) {
        const auto* flag = std::get_if<bool>(&value);
        const auto* text = std::get_if<std::string>(&value);
        if (key == "req" && flag && *flag) {
            component.request = true;
        } else if (key == "name" && text && component.name == "@query-param") {
            component.query_name = *text;
        } else {
            // sf, key, bs, tr: ways to read one field differently, which no partner of ours needs.
            return badComponent(component.identifier);
        }
    }
    return component;
}

template <class T, class Target>
base::Status readParameter(const Parameters& parameters, const char* name, Target& target) {
    const BareItem* found = findParameter(parameters, name);
    if (!found) return {};
    const T* value = std::get_if<T>(found);
    if (!value) {
        return malformed(
            std::string("Parameter ") + name + " of Signature-Input is of the wrong type.",
            std::string("Signature-Input 的参数 ") + name + " 类型有误。"
        );
    }
    target = *value;
    return {};
}

base::Status readParameters(const Parameters& parameters, SignatureInput& input) {
    if (auto read = readParameter<std::int64_t>(parameters, "created", input.created_s); !read)
        return read;
    if (auto read = readParameter<std::int64_t>(parameters, "expires", input.expires_s); !read)
        return read;
    if (auto read = readParameter<std::string>(parameters, "keyid", input.keyid); !read)
        return read;
    if (auto read = readParameter<std::string>(parameters, "alg", input.algorithm); !read)
        return read;
    if (auto read = readParameter<std::string>(parameters, "nonce", input.nonce); !read)
        return read;
    return readParameter<std::string>(parameters, "tag", input.tag);
}

/// The octets under `label` in Signature.
base::Result<base::Bytes> readOctets(const HttpHead& head, const std::string& label) {
    auto signatures = parseDictionary("Signature", head.field("signature"));
    if (!signatures) return std::move(signatures).error();
    const Member* member = findMember(*signatures, label);
    if (!member) {
        return malformed(
            "Signature has no member with the label that Signature-Input has.",
            "Signature 中没有与 Signature-Input 相同的标签。"
        );
    }
    const auto* item = std::get_if<Item>(&member->value);
    const auto* octets = item ? std::get_if<ByteSequence>(&item->value) : nullptr;
    if (!octets)
        return malformed(
            "Signature is no byte sequence (:base64:).", "Signature 不是字节序列(:base64:)。"
        );
    return octets->octets;
}

base::Result<SignatureInput> readMember(const HttpHead& head, const Member& member) {
    const auto* list = std::get_if<InnerList>(&member.value);
    if (!list) {
        return malformed(
            "Signature-Input is no list of components.", "Signature-Input 不是覆盖部分的列表。"
        );
    }
    SignatureInput input;
    input.label = member.key;
    for (const auto& item : list->items) {
        auto component = readComponent(item);
        if (!component) return std::move(component).error();
        for (const auto& earlier : input.components) {
            if (earlier.name == component->name && earlier.request == component->request &&
                earlier.query_name == component->query_name) {
                return badComponent(component->identifier + " twice");
            }
        }
        input.components.push_back(std::move(*component));
    }
    input.parameters = serialize(*list);
    if (auto read = readParameters(list->parameters, input); !read) return std::move(read).error();
    auto octets = readOctets(head, member.key);
    if (!octets) return std::move(octets).error();
    input.signature = std::move(*octets);
    return input;
}

base::Result<Dictionary> readInputs(const HttpHead& head) {
    if (!head.has("signature-input") || !head.has("signature")) {
        return base::makeError(ErrorCode::SignatureMissing);
    }
    return parseDictionary("Signature-Input", head.field("signature-input"));
}

bool hasOurTag(const Member& member) {
    const auto* list = std::get_if<InnerList>(&member.value);
    const auto* item = std::get_if<Item>(&member.value);
    const BareItem* tag = findParameter(list ? list->parameters : item->parameters, "tag");
    const auto* text = tag ? std::get_if<std::string>(tag) : nullptr;
    return text && *text == kSignatureTag;
}

std::vector<Component> componentsToSign(const HttpHead& head, const HttpHead* request) {
    std::vector<Component> components;
    if (!request) {
        components = {covered("@method"), covered("@target-uri")};
    } else {
        components = {covered("@status")};
    }
    if (head.has("content-type")) components.push_back(covered("content-type"));
    components.push_back(covered("content-digest"));
    if (request) {
        components.push_back(covered("@method", true));
        components.push_back(covered("@target-uri", true));
        if (request->has("content-digest")) components.push_back(covered("content-digest", true));
    }
    return components;
}

std::string innerListText(const SignatureInput& input) {
    std::string text = "(";
    for (const auto& component : input.components) {
        if (text.size() > 1) text += ' ';
        text += component.identifier;
    }
    return text + ");created=" + std::to_string(*input.created_s) + ";keyid=\"" + input.keyid +
           "\";alg=\"" + input.algorithm + "\";tag=\"" + input.tag + "\"";
}

base::Status checkDigest(
    const Dictionary& digests, const char* algorithm, base::Bytes (*digestOf)(base::BytesView),
    base::BytesView body, bool& known
) {
    const Member* member = findMember(digests, algorithm);
    if (!member) return {};
    const auto* item = std::get_if<Item>(&member->value);
    const auto* octets = item ? std::get_if<ByteSequence>(&item->value) : nullptr;
    if (!octets) {
        return malformed(
            "Content-Digest is no byte sequence (:base64:).",
            "Content-Digest 不是字节序列(:base64:)。"
        );
    }
    known = true;
    if (octets->octets != digestOf(body))
        return base::makeError(ErrorCode::DigestMismatch, algorithm);
    return {};
}

}  // namespace

std::string contentDigest(base::BytesView body) {
    return "sha-256=:" + base::toBase64(crypto::sha256(body)) + ":";
}

base::Status checkContentDigest(const HttpHead& head, base::BytesView body) {
    if (!head.has("content-digest")) return base::makeError(ErrorCode::DigestMissing);
    auto digests = parseDictionary("Content-Digest", head.field("content-digest"));
    if (!digests) return std::move(digests).error();
    bool known = false;
    if (auto sha256 = checkDigest(*digests, "sha-256", crypto::sha256, body, known); !sha256)
        return sha256;
    if (auto sha512 = checkDigest(*digests, "sha-512", crypto::sha512, body, known); !sha512)
        return sha512;
    if (known) return {};
    return base::makePublicError(
        ErrorCode::DigestMissing,
        "Content-Digest has no algorithm that is accepted: use sha-256 or sha-512.",
        "Content-Digest 中没有可接受的算法,请使用 sha-256 或 sha-512。"
    );
}

base::Result<base::Bytes> onlySha256(const HttpHead& head) {
    constexpr std::size_t kSha256Bytes = 32;
    if (!head.has("content-digest")) return base::makeError(ErrorCode::DigestMissing);
    auto digests = parseDictionary("Content-Digest", head.field("content-digest"));
    if (!digests) return std::move(digests).error();
    const Member* member = findMember(*digests, "sha-256");
    if (!member) {
        return base::makePublicError(
            ErrorCode::DigestMissing, "This path needs sha-256 in Content-Digest.",
            "此路径要求 Content-Digest 使用 sha-256。"
        );
    }
    const auto* item = std::get_if<Item>(&member->value);
    const auto* octets = item ? std::get_if<ByteSequence>(&item->value) : nullptr;
    if (!octets || octets->octets.size() != kSha256Bytes || findMember(*digests, "sha-512")) {
        return malformed(
            "On this path Content-Digest is sha-256 alone, as a byte sequence (:base64:) of 32 octets.",
            "此路径的 Content-Digest 只能是 sha-256,且为 32 字节的字节序列(:base64:)。"
        );
    }
    return octets->octets;
}

base::Result<SignatureInput> readSignature(const HttpHead& head) {
    auto inputs = readInputs(head);
    if (!inputs) return std::move(inputs).error();
    const Member* ours = nullptr;
    for (const auto& member : *inputs) {
        if (!hasOurTag(member)) continue;
        if (ours) return base::makeError(ErrorCode::SignatureAmbiguous);
        ours = &member;
    }
    if (!ours) {
        return base::makePublicError(
            ErrorCode::SignatureMissing, "No signature has tag=\"yht\".",
            "没有 tag=\"yht\" 的签名。"
        );
    }
    return readMember(head, *ours);
}

base::Result<SignatureInput> readSignatureLabelled(const HttpHead& head, const std::string& label) {
    auto inputs = readInputs(head);
    if (!inputs) return std::move(inputs).error();
    const Member* member = findMember(*inputs, label);
    if (!member) return base::makeError(ErrorCode::SignatureMissing);
    return readMember(head, *member);
}

Component covered(std::string name, bool request) {
    std::string identifier = '"' + name + '"' + (request ? ";req" : "");
    return {
        .name = std::move(name),
        .request = request,
        .query_name = {},
        .identifier = std::move(identifier)};
}

base::Status checkRules(
    const SignatureInput& input, const std::vector<Component>& required, base::UnixMillis now_ms,
    std::int64_t created_tolerance_ms
) {
    for (const auto& wanted : required) {
        const bool is_covered = std::any_of(
            input.components.begin(), input.components.end(),
            [&](const Component& component) {
                return component.name == wanted.name && component.request == wanted.request;
            }
        );
        if (!is_covered) {
            return base::makePublicError(
                ErrorCode::SignatureUncovered,
                "The signature does not cover " + wanted.identifier + ".",
                "签名没有覆盖 " + wanted.identifier + "。"
            );
        }
    }
    if (!input.created_s || input.keyid.empty()) {
        const std::string name = input.created_s ? "keyid" : "created";
        return malformed(
            "Signature-Input has no parameter " + name + ".",
            "Signature-Input 缺少参数 " + name + "。"
        );
    }
    const base::UnixMillis created_ms = *input.created_s * 1000;  // at most 15 digits: no overflow
    if (created_ms > now_ms + created_tolerance_ms)
        return base::makeError(ErrorCode::SignatureFuture);
    if (created_ms < now_ms - created_tolerance_ms ||
        (input.expires_s && *input.expires_s * 1000 <= now_ms)) {
        return base::makeError(ErrorCode::SignatureExpired);
    }
    return {};
}

base::Status checkAlgorithm(const SignatureInput& input, crypto::SignatureAlgorithm bound) {
    if (input.algorithm.empty() || input.algorithm == crypto::algorithmName(bound)) return {};
    return base::makePublicError(
        ErrorCode::SignatureAlgorithm,
        std::string("This key is registered for ") + crypto::algorithmName(bound) + ".",
        std::string("该密钥登记的签名算法是 ") + crypto::algorithmName(bound) + "。"
    );
}

base::Result<SigningKey> signingKey(
    const std::string& certificate_pem, const std::string& private_key_pem,
    std::optional<crypto::SignatureAlgorithm> algorithm
) {
    auto certificate = crypto::Certificate::fromPem(certificate_pem);
    if (!certificate) return base::makeError(ErrorCode::ConfigInvalid, certificate.error().detail);
    auto key = crypto::PrivateKey::fromPem(private_key_pem);
    if (!key) return base::makeError(ErrorCode::ConfigInvalid, key.error().detail);
    const auto& public_key = certificate->publicKey();
    // By what they do and not by their encoding: an RSA-PSS key and a plain RSA certificate may
    // belong together.
    const auto chosen = algorithm.value_or(public_key.defaultAlgorithm());
    const auto trial = key->sign(chosen, "yht");
    const auto verdict = trial ? public_key.verify(chosen, "yht", *trial) : trial.error();
    if (!verdict || *verdict != crypto::SignatureVerdict::Valid) {
        return base::makeError(
            ErrorCode::ConfigInvalid, "the private key and the certificate don't belong together"
        );
    }
    return SigningKey{std::move(*key), certificate->fingerprint(), chosen, certificate->toDer()};
}

namespace {

/// Requires: Content-Digest is set.
base::Status signHead(
    HttpHead& head, const SigningKey& key, base::UnixMillis now_ms, const HttpHead* request
) {
    SignatureInput input;
    input.label = kLabel;
    input.components = componentsToSign(head, request);
    input.created_s = now_ms / 1000;
    input.keyid = key.keyid;
    input.algorithm = crypto::algorithmName(key.algorithm);
    input.tag = kSignatureTag;
    input.parameters = innerListText(input);
    const auto text = signatureBase(head, input, request);
    if (!text) return text.error();
    const auto signature = key.key.sign(key.algorithm, *text);
    if (!signature) return signature.error();
    head.set("signature-input", input.label + "=" + input.parameters);
    head.set("signature", input.label + "=:" + base::toBase64(*signature) + ":");
    return {};
}

std::string sha256Digest(base::BytesView sha256) {
    return "sha-256=:" + base::toBase64(sha256) + ":";
}

}  // namespace

base::Status signMessage(
    HttpHead& head, base::BytesView body, const SigningKey& key, base::UnixMillis now_ms,
    const HttpHead* request
) {
    head.set("content-digest", contentDigest(body));
    return signHead(head, key, now_ms, request);
}

base::Status signStreamed(
    HttpHead& head, base::BytesView body_sha256, const SigningKey& key, base::UnixMillis now_ms
) {
    head.set("content-digest", sha256Digest(body_sha256));
    return signHead(head, key, now_ms, nullptr);
}

base::Status verifyResponse(
    const HttpHead& response, base::BytesView body, const VerifyingKey& key,
    const HttpHead& request, base::UnixMillis now_ms
) {
    static const std::vector<Component> required = {
        covered("@status"), covered("content-type"), covered("content-digest"),
        covered("@method", true), covered("@target-uri", true)};
    if (auto digest = checkContentDigest(response, body); !digest) return digest;
    const auto input = readSignature(response);
    if (!input) return input.error();
    if (auto held = checkRules(*input, required, now_ms); !held) return held;
    if (input->keyid != key.keyid) return base::makeError(ErrorCode::SignatureKeyUnknown);
    if (auto fits = checkAlgorithm(*input, key.algorithm); !fits) return fits;
    auto text = signatureBase(response, *input, &request);
    if (!text) return std::move(text).error();
    const auto verdict = key.key.verify(key.algorithm, *text, input->signature);
    if (!verdict) return verdict.error();
    if (*verdict == crypto::SignatureVerdict::Valid) return {};
    auto error = base::makeError(ErrorCode::SignatureInvalid);
    error.signature_base = std::move(*text);
    return error;
}

}  // namespace yht::trust
