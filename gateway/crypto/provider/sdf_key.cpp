#include "gateway/crypto/provider/sdf_key.h"

#include <dlfcn.h>

#include <charconv>
#include <cstring>
#include <mutex>
#include <optional>

#include "gateway/crypto/provider/device_worker.h"
#include "gateway/crypto/key_forms.h"

namespace yht::crypto {
namespace {

using base::ErrorCode;
using base::makeError;

// GM/T 0018 sections 5.2 and 6: structures, functions and error codes that signing needs.
constexpr std::size_t kEccRefBytes = 64, kEccBytes = 32;
struct EccPublicKey {
    unsigned int bits;
    unsigned char x[kEccRefBytes], y[kEccRefBytes];  // right-aligned
};
struct EccSignature {
    unsigned char r[kEccRefBytes], s[kEccRefBytes];
};
using OpenDevice = int(void** device);
using CloseDevice = int(void* device);
using OpenSession = int(void* device, void** session);
using CloseSession = int(void* session);
using GetAccessRight = int(void* session, unsigned int index, unsigned char* password, unsigned int length);
using ExportPublicKey = int(void* session, unsigned int index, EccPublicKey* key);
using Sign = int(void* session, unsigned int index, unsigned char* data, unsigned int length, EccSignature* signature);

enum SdfCode : int {
    kOk = 0,
    kCommunicationFailed = 0x01000003,
    kHardwareFailed = 0x01000004,
    kOpenDeviceFailed = 0x01000005,
    kOpenSessionFailed = 0x01000006,
    kAccessDenied = 0x01000007,
    kKeyNotThere = 0x01000008,
};

struct Library {
    OpenDevice* open_device;
    CloseDevice* close_device;
    OpenSession* open_session;
    CloseSession* close_session;
    GetAccessRight* get_access_right;
    ExportPublicKey* export_public_key;
    Sign* sign;
};

template <class Function>
bool find(void* handle, const char* name, Function*& into) {
    into = reinterpret_cast<Function*>(::dlsym(handle, name));
    return into != nullptr;
}

base::Result<Library> loadLibrary(const std::string& path) {
    if (path.empty()) return makeError(ErrorCode::ConfigInvalid, "sdf: module-path= is missing");
    // Never unloaded: a call that was given up may still be inside.
    void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) return makeError(ErrorCode::KeyDeviceAbsent, std::string("sdf: ") + ::dlerror());
    Library library{};
    const bool whole = find(handle, "SDF_OpenDevice", library.open_device) &&
                       find(handle, "SDF_CloseDevice", library.close_device) &&
                       find(handle, "SDF_OpenSession", library.open_session) &&
                       find(handle, "SDF_CloseSession", library.close_session) &&
                       find(handle, "SDF_GetPrivateKeyAccessRight", library.get_access_right) &&
                       find(handle, "SDF_ExportSignPublicKey_ECC", library.export_public_key) &&
                       find(handle, "SDF_InternalSign_ECC", library.sign);
    if (!whole) return makeError(ErrorCode::KeyDeviceAbsent, path + ": is no GM/T 0018 library");
    return library;
}

base::Error sdfError(const char* call, int code) {
    char text[96];
    std::snprintf(text, sizeof text, "%s: 0x%08x", call, static_cast<unsigned int>(code));
    switch (code) {
        case kCommunicationFailed:
        case kHardwareFailed:
        case kOpenDeviceFailed:
        case kOpenSessionFailed: return makeError(ErrorCode::KeyDeviceAbsent, text);
        case kAccessDenied: return makeError(ErrorCode::KeyPinRefused, text);
        case kKeyNotThere: return makeError(ErrorCode::KeyMissing, text);
        default: return makeError(ErrorCode::CryptoFailed, text);
    }
}

/// A session with the device; used by the worker's thread only.
class Device {
public:
    Device(Library library, unsigned int index, std::string pin)
        : library_(library), index_(index), pin_(std::move(pin)) {}
    ~Device() { close(); }
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    /// SubjectPublicKeyInfo.
    base::Result<base::Bytes> publicKey() {
        if (auto ready = open(); !ready.ok()) return ready.error();
        EccPublicKey key{};
        if (const int code = library_.export_public_key(session_, index_, &key); code != kOk) {
            return sdfError("SDF_ExportSignPublicKey_ECC", code);
        }
        static const base::Bytes head =
            base::fromHex("3059301306072a8648ce3d020106082a811ccf5501822d03420004").value();
        return head + lowHalf(key.x) + lowHalf(key.y);
    }
    base::Result<base::Bytes> sign(base::Bytes digest) {
        if (auto ready = open(); !ready.ok()) return ready.error();
        EccSignature signature{};
        const int code =
            library_.sign(session_, index_, octets(digest), static_cast<unsigned int>(digest.size()), &signature);
        if (code == kOk) return lowHalf(signature.r) + lowHalf(signature.s);
        close();  // the next call opens it anew: the device may be back then
        return sdfError("SDF_InternalSign_ECC", code);
    }

private:
    static base::Bytes lowHalf(const unsigned char (&value)[kEccRefBytes]) {
        return {reinterpret_cast<const char*>(value) + kEccRefBytes - kEccBytes, kEccBytes};
    }
    base::Status open() {
        if (session_ != nullptr) return {};
        if (const int code = library_.open_device(&device_); code != kOk) {
            device_ = nullptr;
            return sdfError("SDF_OpenDevice", code);
        }
        int code = library_.open_session(device_, &session_);
        if (code != kOk) {
            session_ = nullptr;
            close();
            return sdfError("SDF_OpenSession", code);
        }
        base::Bytes pin = pin_;
        code = library_.get_access_right(session_, index_, octets(pin), static_cast<unsigned int>(pin.size()));
        if (code == kOk) return {};
        close();
        return sdfError("SDF_GetPrivateKeyAccessRight", code);
    }
    void close() {
        if (session_ != nullptr) library_.close_session(std::exchange(session_, nullptr));
        if (device_ != nullptr) library_.close_device(std::exchange(device_, nullptr));
    }

    const Library library_;
    const unsigned int index_;
    const std::string pin_;
    void* device_ = nullptr;
    void* session_ = nullptr;
};

class SdfKey final : public KeyOperations {
public:
    SdfKey(std::shared_ptr<Device> device, std::unique_ptr<DeviceWorker> worker, PublicKey public_key)
        : device_(std::move(device)), worker_(std::move(worker)), public_key_(std::move(public_key)) {}

    PublicKey publicKey() const override { return public_key_; }
    base::Result<base::Bytes> sign(SignatureAlgorithm, base::BytesView prepared) const override {
        return worker_->run([device = device_, digest = base::Bytes(prepared)] { return device->sign(digest); });
    }
    base::Result<base::Bytes> decrypt(base::BytesView) const override {
        return makeError(ErrorCode::SignatureAlgorithm, "sdf: the device is asked for signatures only");
    }

private:
    const std::shared_ptr<Device> device_;
    const std::unique_ptr<DeviceWorker> worker_;
    const PublicKey public_key_;
};

std::optional<unsigned int> indexOf(std::string_view path) {
    constexpr std::string_view kName = "index=";
    if (!path.starts_with(kName)) return std::nullopt;
    path.remove_prefix(kName.size());
    unsigned int index = 0;
    const auto [end, fault] = std::from_chars(path.data(), path.data() + path.size(), index);
    if (fault != std::errc{} || end != path.data() + path.size() || index == 0) return std::nullopt;
    return index;
}

}  // namespace

base::Result<std::shared_ptr<const KeyOperations>> openSdfKey(
    const KeyReference& reference, std::string pin, std::int64_t deadline_ms
) {
    const auto index = indexOf(reference.path);
    if (!index) return makeError(ErrorCode::ConfigInvalid, reference.shown() + ": write sdf:index=N?module-path=…");
    const auto library = loadLibrary(reference.queryValue("module-path"));
    if (!library.ok()) return library.error();
    auto device = std::make_shared<Device>(*library, *index, std::move(pin));
    auto worker = std::make_unique<DeviceWorker>(reference.shown(), deadline_ms);
    auto der = worker->run([device] { return device->publicKey(); });
    if (!der.ok()) return std::move(der).error();
    auto public_key = PublicKey::fromDer(*der);
    if (!public_key.ok()) return std::move(public_key).error();
    return std::shared_ptr<const KeyOperations>(
        std::make_shared<const SdfKey>(std::move(device), std::move(worker), *std::move(public_key))
    );
}

}  // namespace yht::crypto
