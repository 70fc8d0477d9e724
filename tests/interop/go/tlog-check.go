// tlog-check holds checkpoints, receipts and proofs of the gateway against golang.org/x/mod/sumdb: the packages that Go's
// own checksum database is verified with. Nothing of the gateway's code is in here.
//
//	tlog-check note VKEY NOTE                    the note opens under VKEY; prints its text
//	tlog-check receipt VKEY RECEIPT              the receipt's path leads to the root of its checkpoint
//	tlog-check inclusion VKEY NOTE RECEIPT PROOF the receipt's leaf stands in the tree of NOTE, by /v1/proof?seq=
//	tlog-check consistency VKEY OLD NEW PROOF    the tree of NEW extends that of OLD, by /v1/proof?first=
//	tlog-check root < LEAVES                     a line of base64 a leaf; prints the root after each
//	tlog-check make NAME ORIGIN SIZE ROOT        makes a key and signs a checkpoint; prints VKEY, then the note
//
// VKEY is text, the others are files. Exit codes: 0 it fits, 1 it does not, 64 usage.
package main

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type receipt struct {
	Checkpoint string   `json:"checkpoint"`
	Leaf       string   `json:"leaf"`
	Path       []string `json:"path"`
	Seq        string   `json:"seq"`
}

type proof struct {
	Path []string `json:"path"`
}

func fail(format string, values ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", values...)
	os.Exit(1)
}

func read(path string) []byte {
	octets, err := os.ReadFile(path)
	if err != nil {
		fail("%v", err)
	}
	return octets
}

func readJSON(path string, into interface{}) {
	if err := json.Unmarshal(read(path), into); err != nil {
		fail("%s: %v", path, err)
	}
}

func octets(text string) []byte {
	decoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		fail("%v", err)
	}
	return decoded
}

func hashes(texts []string) []tlog.Hash {
	var found []tlog.Hash
	for _, text := range texts {
		var hash tlog.Hash
		if copy(hash[:], octets(text)) != tlog.HashSize {
			fail("a hash of the path is not 32 octets")
		}
		found = append(found, hash)
	}
	return found
}

// open checks the signature; the text of a checkpoint is origin, size, root.
func open(vkey string, signed []byte) (text string, size int64, root tlog.Hash) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		fail("verifier key: %v", err)
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		fail("note: %v", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] == "" || lines[3] != "" {
		fail("not the text of a checkpoint")
	}
	size, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		fail("%v", err)
	}
	copy(root[:], octets(lines[2]))
	return opened.Text, size, root
}

func checkInclusion(one receipt, path []string, size int64, root tlog.Hash) {
	seq, err := strconv.ParseInt(one.Seq, 10, 64)
	if err != nil {
		fail("%v", err)
	}
	leaf := tlog.RecordHash(octets(one.Leaf))
	if err := tlog.CheckRecord(hashes(path), size, root, seq-1, leaf); err != nil {
		fail("%v", err)
	}
}

// roots grows a tree as tlog stores one, and prints its root after each leaf.
func roots() {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	lines := bufio.NewScanner(os.Stdin)
	for n := int64(0); lines.Scan(); n++ {
		added, err := tlog.StoredHashes(n, octets(lines.Text()), reader)
		if err != nil {
			fail("%v", err)
		}
		stored = append(stored, added...)
		root, err := tlog.TreeHash(n+1, reader)
		if err != nil {
			fail("%v", err)
		}
		fmt.Println(base64.StdEncoding.EncodeToString(root[:]))
	}
}

func makeNote(name, origin, size, root string) {
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		fail("%v", err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		fail("%v", err)
	}
	signed, err := note.Sign(&note.Note{Text: origin + "\n" + size + "\n" + root + "\n"}, signer)
	if err != nil {
		fail("%v", err)
	}
	fmt.Printf("%s\n%s", vkey, signed)
}

func main() {
	words := strings.Join(os.Args[1:min(2, len(os.Args))], "") + strconv.Itoa(len(os.Args)-2)
	switch words {
	case "note2":
		text, _, _ := open(os.Args[2], read(os.Args[3]))
		fmt.Print(text)
	case "receipt2":
		var one receipt
		readJSON(os.Args[3], &one)
		_, size, root := open(os.Args[2], []byte(one.Checkpoint))
		checkInclusion(one, one.Path, size, root)
	case "inclusion4":
		var one receipt
		var by proof
		_, size, root := open(os.Args[2], read(os.Args[3]))
		readJSON(os.Args[4], &one)
		readJSON(os.Args[5], &by)
		checkInclusion(one, by.Path, size, root)
	case "consistency4":
		var by proof
		_, oldSize, oldRoot := open(os.Args[2], read(os.Args[3]))
		_, newSize, newRoot := open(os.Args[2], read(os.Args[4]))
		readJSON(os.Args[5], &by)
		if err := tlog.CheckTree(hashes(by.Path), newSize, newRoot, oldSize, oldRoot); err != nil {
			fail("%v", err)
		}
	case "root0":
		roots()
	case "make4":
		makeNote(os.Args[2], os.Args[3], os.Args[4], os.Args[5])
	default:
		fmt.Fprintln(os.Stderr, "tlog-check note|receipt|inclusion|consistency|root|make …; see tlog-check.go")
		os.Exit(64)
	}
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}
