// SPDX-License-Identifier: GPL-3.0-or-later
//
// Stands for: one greeting line read before anything is sent, then lines by println.
// Where the greeting has no end of line, both sides wait for ever.
//
// Usage: ReadLineClient HOST PORT NAME; what is typed is the standard input.

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

final class ReadLineClient {
    private ReadLineClient() {}

    private static final PrintStream SCREEN =
        new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private static void show(BufferedReader in) {
        try {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                SCREEN.println(line);
            }
        } catch (IOException e) {
            SCREEN.println(e);
        }
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        try (Socket socket = new Socket(args[0], Integer.parseInt(args[1]))) {
            BufferedReader in =
                new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            PrintWriter out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
            BufferedReader keyboard =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

            SCREEN.println("greeted with: " + in.readLine());
            out.println(args[2]);
            Thread screen = new Thread(() -> show(in));
            screen.start();
            for (String line = keyboard.readLine(); line != null; line = keyboard.readLine()) {
                out.println(line);
            }
            socket.shutdownOutput();
            screen.join();
        }
    }
}
