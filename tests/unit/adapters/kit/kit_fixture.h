// What the kit's tests share: sample records, profile directories written by a test, keys and
// certificates.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "adapters/kit/profile.h"
#include "gateway/crypto/certificate.h"
#include "gateway/trust/message_signature.h"
#include "gateway/trust/tls.h"
#include "tests/support/pki.h"

namespace yht::kit {

inline constexpr base::UnixMillis kApril = 1'555'551'015'120;  // 2019-04-18T09:30:15.120+08:00

/// A directory that goes with its owner.
class TemporaryDirectory {
public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    std::string path() const { return path_.string(); }
    void write(const std::string& name, const std::string& content) const;

private:
    std::filesystem::path path_;
};

/// A valid phone appeal of Zhuzhou, seq 17.
OutboundRecord appeal(std::uint64_t seq = 17);
/// A record of `kind` with what every kind has.
OutboundRecord recordOf(ticket::Kind kind, std::uint64_t seq = 18);

/// The demonstration province's profile, loaded once.
std::shared_ptr<const Profile> xiang();
/// Its older platform's, which speaks SOAP.
std::shared_ptr<const Profile> exchange();

/// A small profile: everything but its rows. `rows` are those of kind appeal.
std::string smallProfile(const std::string& rows, const std::string& more = "");

trust::SigningKey signingKeyOf(const test::CertificateFiles& files);
crypto::Certificate certificateOf(const test::CertificateFiles& files);
trust::TlsFiles tlsOf(const test::CertificateFiles& files);

/// What stands under a name in a flat JSON object; "<none>" where it is absent.
std::string member(const std::string& json, const std::string& name);

}  // namespace yht::kit
