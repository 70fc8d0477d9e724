#include "gateway/crypto/provider/key_provider.h"

#include <sys/stat.h>

#include <cstdlib>

#include "gateway/base/durable_file.h"
#include "gateway/crypto/provider/key_reference.h"
#include "gateway/crypto/provider/pkcs11_key.h"
#include "gateway/crypto/provider/sdf_key.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;
using base::makeError;

constexpr std::size_t kPrivateFileBytesMax = 64 * 1024;

base::Error noPin(const std::string& why) {
    return makeError(ErrorCode::KeyPinRefused, why);
}

std::string withoutLineEnd(std::string text) {
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    return text;
}

/// "" where the reference names none.
base::Result<std::string> pinOf(const KeyReference& reference) {
    const auto source = reference.queryValue("pin-source");
    if (source.empty()) return std::string();
    auto pin = readPinSource(source);
    if (pin.ok()) return pin;
    auto error = std::move(pin).error();
    error.detail = reference.shown() + ": " + error.detail;
    return error;
}

base::Result<PrivateKey> openFile(const KeyReference& reference) {
    auto pin = pinOf(reference);
    if (!pin.ok()) return std::move(pin).error();
    auto pem = readPrivateFile(reference.path);
    if (!pem.ok()) return std::move(pem).error();
    auto key = PrivateKey::fromPem(*pem, *pin);
    if (key.ok()) return key;
    auto error = std::move(key).error();
    error.detail = reference.path + ": " + error.detail;
    return error;
}

}  // namespace

bool isDeviceReference(std::string_view reference) {
    return reference.starts_with("pkcs11:") || reference.starts_with("sdf:");
}

std::string fileOfReference(std::string_view reference) {
    return std::string(reference.substr(0, reference.find('?')));
}

base::Result<std::string> readPrivateFile(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IROTH | S_IWOTH)) != 0) {
        return makeError(
            ErrorCode::ConfigInvalid,
            path + ": others may read this secret; chmod 600 " + path + " 私钥文件不得对他人可读"
        );
    }
    return base::readBounded(path, kPrivateFileBytesMax);
}

base::Result<std::string> readPinSource(std::string_view source) {
    const auto colon = source.find(':');
    const auto kind = source.substr(0, colon);
    const std::string name(colon == std::string_view::npos ? "" : source.substr(colon + 1));
    if (kind == "env" && !name.empty()) {
        const char* value = std::getenv(name.c_str());
        if (value == nullptr) return noPin("the environment has no " + name);
        return std::string(value);
    }
    std::string path = name;
    if (kind == "credential" && !name.empty() && name.find('/') == std::string::npos) {
        const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
        if (directory == nullptr) return noPin("systemd gives no credentials: LoadCredential=" + name + ":… is missing");
        path = std::string(directory) + "/" + name;
    } else if (kind != "file" || !name.starts_with('/')) {
        return makeError(ErrorCode::ConfigInvalid, "pin-source is env:NAME, file:/PATH or credential:NAME");
    }
    auto text = readPrivateFile(path);
    if (!text.ok()) return noPin(text.error().detail);
    return withoutLineEnd(*std::move(text));
}

base::Result<PrivateKey> openPrivateKey(const std::string& text, std::int64_t device_deadline_ms) {
    const auto reference = readKeyReference(text);
    if (!reference.ok()) return reference.error();
    if (reference->scheme.empty()) return openFile(*reference);
    auto pin = pinOf(*reference);
    if (!pin.ok()) return std::move(pin).error();
    auto key = reference->scheme == "sdf" ? openSdfKey(*reference, *std::move(pin), device_deadline_ms)
                                          : openPkcs11Key(*reference, *std::move(pin), device_deadline_ms);
    if (!key.ok()) return std::move(key).error();
    return PrivateKey(*std::move(key));
}

}  // namespace yht::crypto
