// The commands behind `yht certs …`, one function each; all return an exit code: those of command_line.h, and kExitExpired.
// Uses: certs, crypto. Used by: command_line_certs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace yht::app {

/// Something that is in use has expired already; kExitFound: something is wrong, or ends within the announced days.
inline constexpr int kExitExpired = 1;

/// What several commands are given; each reads what it has an option for.
struct CertsLine {
    bool json = false;
    std::string deployment;          // directory
    std::string authority;           // directory
    std::string profiles;            // directory of profiles of one's own, "" none
    std::string ca_key;              // where the authority's key is kept offline
    std::string ca_passphrase_file;  // opens the authority's key
    std::string passphrase_file;     // opens or seals the other key or file
    std::string profile, subject;
    std::vector<std::string> dns, ip, email;
    std::string key_kind;
    std::optional<std::uint32_t> days;
    std::string request, key, new_key, out, key_out, certificate, serial, chain, ca, host, format, name, reason, why, on, purpose;
    std::vector<std::string> files, authorities;
    std::vector<std::string> requests;  // of one kind, issued in one go
    std::string out_dir;                // of several: where each goes, under its request's name
    std::vector<std::string> crl_urls, ocsp_urls, issuer_urls, issues;
    std::uint32_t crl_days = 0;
    bool offline = false, publish = false, hand_in = false;
    std::string issuer, issuer_key, issuer_passphrase_file;  // the authority above
};

int createAuthority(const CertsLine& line);
int activateAuthority(const CertsLine& line);
int showAuthority(const CertsLine& line);
int issueCertificateCommand(const CertsLine& line);
int renewCertificate(const CertsLine& line);
int revokeCertificate(const CertsLine& line);
int publishCrlCommand(const CertsLine& line);
/// The authority's journal; hands it in to the ledger. kExitFound where lines wait.
int journalCommand(const CertsLine& line);
/// A key and a request for a CA elsewhere; the key stays here.
int requestCertificate(const CertsLine& line);
/// A certificate that another CA made: checked against its key, its chain, dates and usage before it is written.
int importCertificate(const CertsLine& line);
int exportCertificate(const CertsLine& line);
/// Whatever a file holds: certificates, keys (never their private half), requests, CRLs.
int showFile(const CertsLine& line);
int listProfiles(const CertsLine& line);
int listInventory(const CertsLine& line);
int whatIf(const CertsLine& line);

}  // namespace yht::app
