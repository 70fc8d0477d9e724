// What the commands of `yht certs` share: files in, files out, and how a refusal is told.
// Uses: certs, crypto, json. Used by: commands_certs_*.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/app/commands_certs.h"
#include "gateway/certs/authority.h"
#include "gateway/crypto/certificate_request.h"
#include "gateway/json/members.h"

namespace yht::app {

/// Every finding with its code, in both languages, on standard error. Returns the exit code.
int reportRefusal(const base::Error& error);

/// The first line of a file that nobody else may read, "-" standard input; nullopt for "".
/// Errors: CryptoFailed with KeyReadableByOthers; IoFailed; ParameterInvalid where it is empty.
base::Result<std::optional<std::string>> readPassphrase(const std::string& file);
/// A private key that nobody else may read. Errors: CryptoFailed with KeyReadableByOthers and those of KeyMaterial; IoFailed.
base::Result<crypto::KeyMaterial> readKeyFile(const std::string& path, const std::optional<std::string>& passphrase);
/// Errors: those of readBundle, naming the file.
base::Result<crypto::Bundle> readBundleFile(const std::string& path, const std::optional<std::string>& passphrase = {});

/// Mode 600, never over another file. Errors: CryptoFailed with FileExists; IoFailed.
base::Status writeKeyFile(const std::string& path, const crypto::KeyMaterial& key, const std::optional<std::string>& passphrase);
/// Never over another file unless `overwrite`. Errors: CryptoFailed with FileExists; IoFailed.
base::Status writeFile(const std::string& path, const std::string& content, bool overwrite = false);
/// Before anything is done that can't be undone: none of them is there, and each could be written. "" is none. Errors: CryptoFailed with
/// FileExists; IoFailed naming the directory.
base::Status checkCanBeMade(const std::vector<std::string>& paths);

/// The names of --dns, --ip and --email.
std::vector<crypto::AlternativeName> namesOf(const CertsLine& line);
/// --subject; "" gives none. Errors: CryptoFailed with SubjectMissing.
base::Result<crypto::DistinguishedName> subjectOf(const std::string& text);
/// --key-type, or the profile's first. Errors: CryptoFailed with KeyKindNotAllowed.
base::Result<crypto::KeyKind> keyKindOf(const CertsLine& line, const certs::Profile& profile);

/// Account and time of this command.
class Actor {
public:
    Actor();
    certs::Act act() { return {by_, clock_.nowMillis(), random_, account_}; }
    base::UnixMillis nowMillis() const { return clock_.nowMillis(); }

private:
    base::SystemClock clock_;
    base::SystemRandom random_;
    std::string by_, account_;  // the account's name; operator or "uid:1000", never a person's name
};

/// "2026-11-29" in Beijing time.
std::string dayText(base::UnixMillis at_ms);

/// Members of an object; text must be UTF-8, what is not is made printable.
void jsonText(json::Writer& out, const char* name, const std::string& value);
void jsonNumber(json::Writer& out, const char* name, std::int64_t value);
/// The object of one certificate.
void writeCertificate(json::Writer& out, const crypto::CertificateFacts& facts);
void writeFindings(json::Writer& out, const std::vector<crypto::Finding>& findings);
/// A certificate for people, some lines.
void printCertificate(const crypto::CertificateFacts& facts);

}  // namespace yht::app
