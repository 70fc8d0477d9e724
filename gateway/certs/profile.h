// Certificate profiles (证书模板): what a certificate of one kind may and must say, as readable files. Those of certs/profiles
// are in the program; files of a deployment's own stand beside them or replace them by name.
//
//   profile: partner                  # the file's name
//   title: Partner 对接方
//   kind: end_entity                  # end_entity | ca
//   path_length: 0                    # ca: how many CAs may stand below it; left out: no bound
//   subject_required: [O, CN]
//   subject_defaults: {C: CN}         # put before the subject where it lacks them
//   names_allowed: [dns, ip]          # of dns, ip, uri, email
//   names_required: false
//   key_kinds: [p256, ed25519]        # the first one is made where nobody says which
//   key_usage: [digitalSignature]
//   extended_key_usage: [clientAuth]
//   days_default: 365
//   days_max: 825
//   issues: [partner]                 # ca: profiles that it issues by
//   crl_days: 7                       # ca: how long its CRL holds
// Uses: base, crypto, trust (its strict YAML reader). Used by: authority, app.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/crypto/certificate_facts.h"
#include "gateway/crypto/certificate_finding.h"
#include "gateway/crypto/key_material.h"

namespace yht::certs {

struct Profile {
    std::string name, title;
    bool is_ca = false;
    std::optional<std::uint32_t> path_length;
    std::vector<std::string> subject_required;
    std::vector<std::pair<std::string, std::string>> subject_defaults;
    std::vector<crypto::NameType> names_allowed;
    bool names_required = false;
    std::vector<crypto::KeyKind> key_kinds;
    std::vector<std::string> key_usage, extended_key_usage;
    std::uint32_t days_default = 365, days_max = 825;
    std::vector<std::string> issues;
    std::uint32_t crl_days = 7;

    /// The subject with the defaults that it lacks before it.
    crypto::DistinguishedName completed(crypto::DistinguishedName subject) const;
    /// What of a subject, names, a key and a lifetime the profile does not allow; empty: it may be issued.
    std::vector<crypto::Finding> check(
        const crypto::DistinguishedName& subject, const std::vector<crypto::AlternativeName>& names, const crypto::KeyFacts& key,
        std::uint32_t days
    ) const;
};

class Profiles {
public:
    /// Those of the program, and *.yaml of `directory`, which stand before them; "": only those of the program.
    /// Errors: CryptoFailed with ProfileInvalid; `fields` has everything wrong with its file and line.
    static base::Result<Profiles> load(const std::string& directory);
    /// Errors: CryptoFailed with ProfileUnknown naming those that there are.
    base::Result<Profile> find(const std::string& name) const;
    std::vector<std::string> names() const;
    const std::vector<Profile>& all() const { return profiles_; }

private:
    std::vector<Profile> profiles_;
};

/// One profile. Errors: as Profiles::load(); `file` names it in them.
base::Result<Profile> readProfile(const std::string& text, const std::string& file);

}  // namespace yht::certs
